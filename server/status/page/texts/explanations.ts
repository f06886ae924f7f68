/**
 * What the parts of the picture are, each in two sentences, in each language.
 *
 * @module
 */

/** Two sentences for each part. */
export const EXPLANATIONS = {
  explain_parent: {
    en: "The parent process {pid} accepts every connection and starts a child process for it. " +
      "It waits for the end of each child, and takes its wait status.",
    ko: "부모 프로세스 {pid}는 모든 연결을 수락하고 연결마다 자식 프로세스를 시작합니다. " +
      "자식이 끝나기를 기다려 wait 상태를 거둡니다.",
  },
  explain_queue: {
    en: "The kernel completes connections to port {port} and keeps them here until the parent " +
      "calls accept(2). When {backlog} wait, the kernel takes no more, and new clients try again.",
    ko:
      "커널은 포트 {port}로 오는 연결을 맺어 두고, 부모가 accept(2)를 부를 때까지 여기에 둡니다. " +
      "{backlog}개가 기다리면 더 받지 않으며, 새 클라이언트는 다시 시도합니다.",
  },
  explain_starting: {
    en: "Child process {pid} has been started and is not ready yet. " +
      "A client that it is for waits until it is.",
    ko: "자식 프로세스 {pid}는 시작되었지만 아직 준비되지 않았습니다. " +
      "그것이 맡을 클라이언트는 그때까지 기다립니다.",
  },
  explain_idle: {
    en: "Child process {pid} is ready and has no connection. " +
      "It sleeps in the kernel until the parent gives it one.",
    ko: "자식 프로세스 {pid}는 준비되었고 연결이 없습니다. " +
      "부모가 연결을 줄 때까지 커널 안에서 잠듭니다.",
  },
  explain_serving: {
    en: "Child process {pid} serves one connection, in memory of its own. " +
      "If it fails, the other connections go on.",
    ko: "자식 프로세스 {pid}는 자기만의 메모리에서 연결 하나를 처리합니다. " +
      "그것이 실패해도 다른 연결은 계속됩니다.",
  },
  explain_ending: {
    en: "Child process {pid} has no more to do, or was told to end. " +
      "When it has exited, the parent takes its wait status.",
    ko: "자식 프로세스 {pid}는 할 일이 끝났거나 끝내라는 말을 들었습니다. " +
      "종료하면 부모가 wait 상태를 거둡니다.",
  },
  explain_zombie: {
    en: "Process {pid} has exited: a zombie is only its pid and its wait status in the kernel's " +
      "table. It goes away when its parent {parent} calls waitpid(2).",
    ko: "프로세스 {pid}는 종료했습니다. 좀비는 커널 표에 남은 pid와 wait 상태일 뿐입니다. " +
      "부모 {parent}가 waitpid(2)를 부르면 사라집니다.",
  },
  explain_ended: {
    en: "Process {pid} has exited and its parent {parent} has taken its wait status. " +
      "The kernel may give the pid to another process.",
    ko: "프로세스 {pid}는 종료했고 부모 {parent}가 wait 상태를 거두었습니다. " +
      "커널은 이 pid를 다른 프로세스에 줄 수 있습니다.",
  },
  explain_heldByParent: {
    en: "The parent has the socket of client {address}, and copies the bytes to the child and " +
      "back. The child sees only its end of the line to the parent.",
    ko:
      "클라이언트 {address}의 소켓은 부모가 가지고 있으며, 부모가 바이트를 자식과 주고받습니다. " +
      "자식은 부모와 이어진 자기 쪽 끝만 봅니다.",
  },
  explain_heldByWorker: {
    en: "The child has the socket of client {address}: the parent passed the descriptor on and " +
      "closed its own copy. No byte of the client passes through the parent.",
    ko:
      "클라이언트 {address}의 소켓은 자식이 가지고 있습니다. 부모는 디스크립터를 넘기고 자기 사본을 " +
      "닫았으므로, 클라이언트의 바이트는 부모를 지나지 않습니다.",
  },
  explain_clientGone: {
    en: "This connection is closed. The kernel keeps its addresses for a while: TIME-WAIT.",
    ko: "이 연결은 닫혔습니다. 커널은 그 주소를 한동안 TIME-WAIT로 기억합니다.",
  },
  explain_wireUnix: {
    en: "The parent and child process {pid} talk over a Unix-domain socket. " +
      "Each has a descriptor of its own for its end.",
    ko: "부모와 자식 프로세스 {pid}는 유닉스 도메인 소켓으로 이야기합니다. " +
      "각자 자기 쪽 끝의 디스크립터를 가집니다.",
  },
  explain_wirePipe: {
    en: "The parent and process {pid} are connected by pipes, one for each direction. " +
      "The end of a pipe is told when its last writer has closed it.",
    ko: "부모와 프로세스 {pid}는 방향마다 하나씩 파이프로 이어져 있습니다. " +
      "마지막으로 쓰는 쪽이 닫으면 파이프가 끝났음을 알게 됩니다.",
  },
  explain_grid: {
    en: "Each cell is a child process of {parent}, in the order of their starts. " +
      "Point at one, or use the arrow keys, to see which it is.",
    ko: "칸 하나가 {parent}의 자식 프로세스 하나이며, 시작한 순서대로 있습니다. " +
      "가리키거나 화살표 키를 쓰면 어느 것인지 보입니다.",
  },
  explain_connections: {
    en: "Connections that were accepted and are still open. No more than {max} are served at once.",
    ko: "수락되어 아직 열려 있는 연결입니다. 한 번에 {max}개까지만 처리합니다.",
  },
  explain_accepted: {
    en: "Connections that the parent took out of the accept queue, per second. " +
      "Each call of accept(2) makes a new descriptor.",
    ko: "부모가 수락 대기열에서 꺼낸 연결의 초당 수입니다. " +
      "accept(2)를 부를 때마다 새 디스크립터가 생깁니다.",
  },
  explain_bytes: {
    en: "Bytes that came from clients and went to them, per second. " +
      "Where the child has the socket, it tells them at the end or from time to time.",
    ko: "클라이언트에서 오고 클라이언트로 간 초당 바이트입니다. " +
      "자식이 소켓을 가지면 자식이 가끔, 또는 끝에 알려 줍니다.",
  },
  explain_start: {
    en: "How long a child process took from its start until it was ready. " +
      "Where processes are started for each connection, the client waits for that long.",
    ko: "자식 프로세스가 시작해서 준비될 때까지 걸린 시간입니다. " +
      "연결마다 프로세스를 시작하면 클라이언트는 그만큼 기다립니다.",
  },
  explain_memory: {
    en: "The proportional set size of all processes: what is their own, and their share of what " +
      "they have in common. Added up, it is what the server costs.",
    ko:
      "모든 프로세스의 비례 집합 크기(PSS)입니다. 자기만의 메모리에 함께 쓰는 것의 몫을 더합니다. " +
      "모두 합하면 서버가 쓰는 메모리입니다.",
  },
  explain_cpu: {
    en:
      "The CPU time of all processes in a second. 100 % is one CPU; with several CPUs there can " +
      "be more.",
    ko:
      "모든 프로세스가 1초에 쓴 CPU 시간입니다. 100 %는 CPU 하나이며, 여러 개면 더 클 수 있습니다.",
  },
  explain_workers: {
    en: "Child processes that have not been reaped, zombies too. " +
      "Each costs memory and an entry in the kernel's table.",
    ko: "아직 거두어지지 않은 자식 프로세스이며, 좀비도 포함합니다. " +
      "각각 메모리와 커널 표의 자리를 차지합니다.",
  },
} as const;
