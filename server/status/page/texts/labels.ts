/**
 * What the parts of the page are called, in each language.
 *
 * @module
 */

/** Names, headings and short sentences. */
export const LABELS = {
  title: { en: "Brood on {address}", ko: "Brood {address}" },
  description: {
    en: "One process per connection, live",
    ko: "연결마다 프로세스 하나, 실시간",
  },
  loading: { en: "Connecting to the server …", ko: "서버에 연결하는 중 …" },
  lost: {
    en: "Connection lost, trying again. This is what was known last.",
    ko: "연결이 끊겨 다시 시도합니다. 아래는 마지막으로 알려진 상태입니다.",
  },
  stopped: {
    en: "The server has stopped. This is what was known last.",
    ko: "서버가 멈췄습니다. 아래는 마지막으로 알려진 상태입니다.",
  },
  failure: { en: "It cannot accept: {error}", ko: "수락할 수 없음: {error}" },
  options: { en: "How the page is shown", ko: "화면 설정" },
  toLight: { en: "Light", ko: "밝게" },
  toDark: { en: "Dark", ko: "어둡게" },
  large: { en: "Large type", ko: "큰 글자" },
  skip: { en: "Skip to the picture", ko: "그림으로 건너뛰기" },

  phase_accepting: { en: "accepting", ko: "연결을 받는 중" },
  phase_paused: { en: "every slot is taken", ko: "자리가 모두 참" },
  phase_draining: { en: "draining: no new connections", ko: "마무리 중: 새 연결을 받지 않음" },
  phase_stopped: { en: "stopped", ko: "멈춤" },

  mode: { en: "Mode", ko: "방식" },
  transport: { en: "Transport", ko: "전달" },
  handler: { en: "Handler", ko: "처리기" },
  fault: { en: "Mistake on purpose", ko: "일부러 낸 실수" },
  slots: { en: "Connections", ko: "연결" },
  of: { en: "{count} of {max}", ko: "{count} / {max}" },
  uptime: { en: "Up for", ko: "가동 시간" },
  accepted: { en: "Accepted so far", ko: "지금까지 받은 연결" },
  rejected: { en: "Rejected", ko: "거절" },
  noTransport: { en: "none, in the parent", ko: "없음, 부모가 직접" },

  picture: { en: "Processes and connections", ko: "프로세스와 연결" },
  parent: { en: "parent process", ko: "부모 프로세스" },
  parentShort: { en: "parent", ko: "부모" },
  worker: { en: "child process", ko: "자식 프로세스" },
  queue: { en: "accept queue", ko: "수락 대기열" },
  queueCount: { en: "{length} of {backlog} wait", ko: "{backlog} 중 {length}개 대기" },
  queueUnknown: { en: "up to {backlog} wait", ko: "{backlog}개까지 대기" },
  listening: { en: "listening socket", ko: "듣기 소켓" },
  client: { en: "client {address}", ko: "클라이언트 {address}" },
  closedCopy: { en: "closed", ko: "닫힘" },
  empty: {
    en: "No child process yet. Connect a client: brood client {port}",
    ko: "아직 자식 프로세스가 없습니다. 클라이언트를 연결해 보세요: brood client {port}",
  },
  emptyIterative: {
    en: "No connection. Connect a client: brood client {port}",
    ko: "연결이 없습니다. 클라이언트를 연결해 보세요: brood client {port}",
  },
  grid: {
    en: "Each cell is a child process. Its edge lights up when bytes pass.",
    ko: "칸 하나가 자식 프로세스 하나이며, 바이트가 지나가면 테두리가 켜집니다.",
  },
  gridKeys: {
    en: "{workers} child processes, {connections} connections; the arrow keys go from cell to cell",
    ko: "자식 프로세스 {workers}개, 연결 {connections}개, 화살표 키로 한 칸씩 이동",
  },

  state_starting: { en: "starting", ko: "시작 중" },
  state_idle: { en: "idle", ko: "쉬는 중" },
  state_serving: { en: "serving", ko: "처리 중" },
  state_ending: { en: "ending", ko: "끝나는 중" },
  state_zombie: { en: "zombie", ko: "좀비" },
  state_ended: { en: "reaped", ko: "거두어짐" },

  wire_tcp: { en: "TCP", ko: "TCP" },
  wire_unix: { en: "Unix-domain socket", ko: "유닉스 도메인 소켓" },
  wire_unixShort: { en: "Unix", ko: "유닉스" },
  wire_pipe: { en: "pipe", ko: "파이프" },
  wire_pipeShort: { en: "pipe", ko: "파이프" },

  asTable: { en: "The same as a table", ko: "같은 내용을 표로" },
  column_pid: { en: "pid", ko: "pid" },
  column_role: { en: "process", ko: "프로세스" },
  column_state: { en: "state", ko: "상태" },
  column_client: { en: "client", ko: "클라이언트" },
  column_holder: { en: "who has its socket", ko: "소켓을 가진 쪽" },
  column_parentFds: { en: "parent's descriptors", ko: "부모의 디스크립터" },
  column_workerFds: { en: "child's descriptors", ko: "자식의 디스크립터" },
  column_bytes: { en: "bytes in / out", ko: "받은 / 보낸 바이트" },
  column_message: { en: "last message", ko: "마지막 메시지" },
  holder_parent: { en: "parent", ko: "부모" },
  holder_worker: { en: "child", ko: "자식" },
  holder_both: { en: "both", ko: "둘 다" },

  timeline: { en: "Timeline", ko: "시간표" },
  timelineHint: {
    en: "A bar is a child process, from its start until it is reaped.",
    ko: "막대 하나가 자식 프로세스 하나이며, 시작부터 거두어질 때까지입니다.",
  },
  timelineEmpty: {
    en: "No child process in this time.",
    ko: "이 시간에는 자식 프로세스가 없습니다.",
  },
  timelineMore: {
    en: "{count} more have no room here.",
    ko: "{count}개는 자리가 없어 보이지 않습니다.",
  },
  timelineKeys: {
    en: "Timeline of the last {span}. Keys: + and - zoom, arrows scroll, space pauses.",
    ko: "최근 {span}의 시간표. 키: + - 확대와 축소, 화살표로 이동, 스페이스로 멈춤.",
  },
  bar: {
    en: "Process {pid}: {state}, life time {life}, start {start}",
    ko: "프로세스 {pid}: {state}, 수명 {life}, 시작 {start}",
  },
  zoomIn: { en: "Zoom in", ko: "확대" },
  zoomOut: { en: "Zoom out", ko: "축소" },
  earlier: { en: "Earlier", ko: "이전" },
  later: { en: "Later", ko: "이후" },
  pause: { en: "Pause", ko: "멈춤" },
  resume: { en: "Go on", ko: "계속" },
  now: { en: "now", ko: "지금" },
  ago: { en: "−{time}", ko: "−{time}" },
  before: { en: "{time} before", ko: "{time} 전" },

  ends: { en: "Ended child processes", ko: "끝난 자식 프로세스" },
  endsNone: { en: "None has ended yet.", ko: "아직 끝난 것이 없습니다." },
  column_status: { en: "wait status, as C sees it", ko: "C가 보는 wait 상태" },
  column_reason: { en: "why", ko: "이유" },
  column_start: { en: "start", ko: "시작" },
  column_life: { en: "life time", ko: "수명" },
  column_zombie: { en: "zombie for", ko: "좀비 시간" },
  exit_exited: { en: "exited by itself", ko: "스스로 종료" },
  exit_crashed: {
    en: "a signal that the server did not send",
    ko: "서버가 보내지 않은 시그널",
  },
  exit_killed_by_us: { en: "the server ended it", ko: "서버가 끝냄" },
  exit_timed_out: { en: "not ready in time, ended", ko: "제때 준비되지 않아 끝냄" },
  exit_rejected: {
    en: "no use to the server, ended",
    ko: "서버가 쓸 수 없어 끝냄",
  },

  figures: { en: "Figures", ko: "수치" },
  figuresEmpty: {
    en: "The first figures come in a second or two.",
    ko: "첫 수치는 1~2초 뒤에 나옵니다.",
  },
  figure_connections: { en: "Connections", ko: "연결" },
  figure_accepted: { en: "Accepted per second", ko: "초당 수락" },
  figure_bytes: { en: "Bytes per second", ko: "초당 바이트" },
  figure_start: { en: "Start-up time", ko: "시작 시간" },
  figure_memory: { en: "Memory (PSS)", ko: "메모리 (PSS)" },
  figure_cpu: { en: "CPU", ko: "CPU" },
  figure_queue: { en: "Accept queue", ko: "수락 대기열" },
  figure_workers: { en: "Child processes", ko: "자식 프로세스" },
  series_in: { en: "in", ko: "받음" },
  series_out: { en: "out", ko: "보냄" },
  range: { en: "min {min} · max {max}", ko: "최소 {min} · 최대 {max}" },
  most: { en: "max {max}", ko: "최대 {max}" },
  column_figure: { en: "figure", ko: "수치" },
  column_now: { en: "now", ko: "지금" },
  column_min: { en: "min", ko: "최소" },
  column_max: { en: "max", ko: "최대" },

  processes: { en: "Processes", ko: "프로세스" },
  processesNone: {
    en: "They cannot be seen on this system.",
    ko: "이 시스템에서는 볼 수 없습니다.",
  },
  column_memory: { en: "PSS", ko: "PSS" },
  column_cpu: { en: "CPU time", ko: "CPU 시간" },
  showAll: { en: "Show all {count}", ko: "{count}개 모두 보기" },
  letter_R: { en: "running", ko: "실행 중" },
  letter_S: { en: "sleeping", ko: "잠듦" },
  letter_D: { en: "waiting for a device", ko: "장치 대기" },
  letter_T: { en: "stopped", ko: "정지됨" },
  letter_Z: { en: "zombie", ko: "좀비" },

  explanation: { en: "What this is", ko: "이것은 무엇인가" },
  explainHint: {
    en: "Point at a part, or go to it with the Tab key, to see what it is. " +
      "The command shows the same in a terminal.",
    ko:
      "부분을 가리키거나 Tab 키로 옮겨 가면 설명이 나옵니다. 명령은 같은 것을 터미널에서 보여 줍니다.",
  },
  command: { en: "In a terminal:", ko: "터미널에서:" },
  clientDetail: {
    en: "{in} from the client, {out} to it",
    ko: "클라이언트에서 {in}, 클라이언트로 {out}",
  },
  workerDetail: {
    en: "start-up time {start}, memory {memory}, CPU time {cpu}",
    ko: "시작 시간 {start}, 메모리 {memory}, CPU 시간 {cpu}",
  },
  readOnly: {
    en: "This page only shows the server. Nothing on it changes the server.",
    ko: "이 페이지는 서버를 보여 주기만 하며, 서버를 바꾸지 않습니다.",
  },
} as const;
