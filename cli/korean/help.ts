/**
 * What `--help` says.
 *
 * @module
 */

import type { Messages } from "../messages.ts";

/** Its words and sentences. */
export const HELP: Messages = {
  "Usage:": "사용법:",
  "Options:": "옵션:",
  "none": "없음",
  "all": "모두",
  "Brood: a TCP server and client with one process for each connection.":
    "Brood: 연결마다 프로세스 하나를 두는 TCP 서버와 클라이언트입니다.",
  '"brood COMMAND --help" tells the options of a command.':
    '명령의 옵션은 "brood COMMAND --help"로 볼 수 있습니다.',
  "print this and exit": "이 도움말을 출력하고 끝냅니다",
  "print the version and exit": "버전을 출력하고 끝냅니다",
  "the language of help, warnings, errors and reports": "도움말, 경고, 오류, 보고서의 언어",
  "as {variables} say": "{variables}에 따름",
  "report as one JSON object": "보고서를 JSON 객체 하나로 출력합니다",

  // server
  "Serves each TCP connection in a process of its own: an echo, a module of yours, or any program.":
    "TCP 연결마다 따로 둔 프로세스에서 처리합니다: 에코, 직접 쓴 모듈, 또는 아무 프로그램이나.",
  "address, host name or Unix-domain socket to listen on; repeatable, or a list with commas":
    "들을 주소, 호스트 이름, 또는 유닉스 도메인 소켓. 여러 번 쓰거나 쉼표로 나누어 적을 수 있습니다",
  "share PORT with servers of this user that have --reuse-port too (SO_REUSEPORT)":
    "같은 사용자가 역시 --reuse-port로 시작한 서버와 PORT를 함께 씁니다 (SO_REUSEPORT)",
  "how connections meet processes": "연결과 프로세스를 짝짓는 방법",
  "what serves a connection: echo, or the default export of a module":
    "연결을 처리하는 것: echo, 또는 모듈의 default export",
  "how a process gets its connection": "프로세스가 연결을 받는 방법",
  "connections that may wait in the kernel's queue": "커널의 대기열에서 기다릴 수 있는 연결 수",
  "concurrent connections; more wait in the kernel's queue":
    "동시에 처리하는 연결 수. 더 오면 커널의 대기열에서 기다립니다",
  "concurrent connections from one address; more are closed; 0: no limit":
    "한 주소에서 동시에 올 수 있는 연결 수. 더 오면 닫습니다. 0: 제한 없음",
  "let clients from there in, and nobody else; repeatable, or a list with commas":
    "그곳의 클라이언트만 받아들입니다. 여러 번 쓰거나 쉼표로 나누어 적을 수 있습니다",
  "connections from balancers there begin with a PROXY header, which tells the client":
    "그곳의 로드 밸런서에서 온 연결은 클라이언트를 알려 주는 PROXY 헤더로 시작합니다",
  "turn clients from there away; the longest prefix decides, and on a tie deny":
    "그곳의 클라이언트를 거절합니다. 가장 긴 프리픽스가 정하고, 같으면 거절합니다",
  "more such rules, one a line: allow CIDR or deny CIDR; SIGHUP reads them again":
    "그런 규칙을 더 적은 파일. 한 줄에 하나, allow CIDR 또는 deny CIDR. SIGHUP을 받으면 다시 읽습니다",
  "serve over TLS with the certificate in FILE (PEM); SIGHUP reads it again":
    "FILE의 인증서(PEM)로 TLS를 씁니다. SIGHUP을 받으면 다시 읽습니다",
  "the private key of that certificate (PEM)": "그 인증서의 개인 키(PEM)",
  "let only clients in whose certificate a CA in FILE (PEM) has signed":
    "FILE의 CA(PEM)가 서명한 인증서가 있는 클라이언트만 받아들입니다",
  "new connections a second from one address; more are closed; 0: no limit":
    "한 주소에서 1초에 새로 올 수 있는 연결 수. 더 오면 닫습니다. 0: 제한 없음",
  "close connections that have lasted S seconds, whatever passes; 0: never":
    "무엇이 오가든 S초가 지난 연결을 닫습니다. 0: 닫지 않음",
  "ask a client that is silent for S seconds whether it is there (TCP keepalive); 0: never":
    "S초 동안 말이 없는 클라이언트가 아직 있는지 확인합니다(TCP keepalive). 0: 확인하지 않음",
  "idle workers kept ready, in per-connection mode":
    "per-connection 모드에서 미리 준비해 두는 자식 프로세스(워커) 수",
  "workers in prefork mode": "prefork 모드의 자식 프로세스(워커) 수",
  "connections that a prefork worker serves before it is replaced; 0: no limit":
    "prefork의 자식 프로세스 하나가 바뀌기 전에 처리하는 연결 수. 0: 제한 없음",
  "close connections that are idle for S seconds; 0: never":
    "S초 동안 아무것도 오가지 않는 연결을 닫습니다. 0: 닫지 않음",
  "how long a stopping server waits for its connections": "멈추는 서버가 남은 연결을 기다리는 시간",
  "how long a stopping server goes on accepting, while its health says that it stops":
    "멈추는 서버가 연결을 더 수락하는 시간. 그동안 상태 확인은 멈추는 중이라고 답합니다",
  "the user that a server which root has started becomes once it listens; names or numbers":
    "루트가 시작한 서버가 듣기 시작한 뒤에 바뀌는 사용자. 이름이나 번호로 적습니다",
  "a variable of programs: with that value, or the server's own; repeatable":
    "프로그램의 환경 변수: 주어진 값, 또는 서버가 가진 값. 되풀이할 수 있습니다",
  "programs have no variables but those of --env and of their connection":
    "프로그램에는 --env의 변수와 연결을 알리는 변수만 있습니다",
  "the folder that programs start in": "프로그램이 시작하는 폴더",
  "what a process may use: open-files, memory (bytes, K, M, G), cpu (seconds), processes; repeatable":
    "프로세스 하나가 쓸 수 있는 것: open-files(열린 파일 수), memory(바이트, K, M, G), cpu(초), processes(프로세스 수). 되풀이할 수 있습니다",
  "how events are written to standard output": "일어난 일을 표준 출력에 쓰는 방법",
  "write only the start line, warnings and errors": "시작하는 줄, 경고, 오류만 씁니다",
  "tell nothing of what clients send, only their connections":
    "클라이언트가 보낸 것은 알리지 않고 연결만 알립니다",
  "show the server live in a browser, at this port; with metrics and health":
    "이 포트에서 서버의 모습을 브라우저로 보여 줍니다. 지표와 상태 확인도 있습니다",
  "make a mistake on purpose, for lessons; the names are below":
    "수업을 위해 일부러 실수를 냅니다. 이름은 아래에 있습니다",
  "PROGRAM is started for each connection, its standard input and output being the client: the socket itself (--transport socket, its default on Linux), as under inetd, or pipes (--transport pipe).":
    "PROGRAM은 연결마다 시작되고, 그 표준 입력과 출력이 클라이언트입니다: inetd에서처럼 소켓 그 자체(--transport socket, 리눅스의 기본값)이거나 파이프(--transport pipe)입니다.",
  "Times are in seconds, decimals allowed. PORT 0 takes a free port and prints it; all addresses share one. It is left out where all that is listened on are Unix-domain sockets, or sockets that the server was started with (LISTEN_FDS).":
    "시간은 초 단위이고 소수도 됩니다. PORT가 0이면 비어 있는 포트를 골라 출력합니다. 모든 주소는 한 포트를 씁니다. 듣는 곳이 모두 유닉스 도메인 소켓이거나, 서버가 시작될 때 받은 소켓(LISTEN_FDS)이면 PORT를 쓰지 않습니다.",
  "Ctrl-C (SIGINT) or SIGTERM stops it; a second Ctrl-C skips the wait for connections.":
    "Ctrl-C(SIGINT)나 SIGTERM으로 멈춥니다. Ctrl-C를 한 번 더 누르면 연결을 기다리지 않습니다.",
  "Mistakes that --fault makes:": "--fault가 일부러 내는 실수:",
  "children that have ended are never waited for: zombies, until the server ends":
    "끝난 자식을 wait하지 않습니다. 서버가 끝날 때까지 좀비로 남습니다",
  "the parent keeps its copy of the client's socket: the client never sees the end":
    "부모가 클라이언트 소켓의 사본을 닫지 않습니다. 클라이언트는 끝을 보지 못합니다",
  "children inherit the listening socket: they keep the port when the server is killed":
    "자식이 듣기 소켓을 물려받습니다. 서버가 강제로 종료되어도 포트를 차지합니다",
  "the parent waits for a child's end before it accepts the next client":
    "부모가 자식이 끝나기를 기다린 뒤에야 다음 클라이언트를 수락합니다",
  "a client's end of file closes the connection, whatever is still to be answered":
    "클라이언트가 보내기를 끝내면 아직 답할 것이 있어도 연결을 닫습니다",
  "a send that takes only a part is not gone on with: the rest is lost":
    "send가 일부만 보냈을 때 이어서 보내지 않습니다. 나머지를 잃습니다",
  "the echo takes what came for a string: what follows a NUL is lost":
    "에코가 받은 것을 문자열로 다룹니다. NUL 뒤의 것을 잃습니다",
  "a client that resets its connection ends the whole server, by SIGPIPE":
    "연결을 강제로 끊는(reset) 클라이언트가 SIGPIPE로 서버 전체를 끝냅니다",
  "the parent leaves a descriptor of each connection open, until it has none left":
    "부모가 연결마다 디스크립터를 하나씩 열어 둡니다. 결국 남는 것이 없습니다",

  // client
  "Sends the lines of standard input to a TCP server and prints what comes back.":
    "표준 입력의 줄을 TCP 서버에 보내고, 돌아오는 것을 출력합니다.",
  "the line that ends the input": "입력을 끝내는 줄",
  "send each line without its newline": "줄바꿈 문자 없이 줄을 보냅니다",
  "do as the lecture's client: no newlines, one answer for each line, END sent too":
    "강의의 클라이언트처럼 합니다: 줄바꿈 없이, 줄마다 답 하나, END도 보냄",
  "print what comes back from a process of its own": "돌아오는 것을 따로 둔 프로세스가 출력합니다",
  "how long to wait for the connection": "접속을 기다리는 시간",
  "connect with TLS, and verify the server's certificate and its name":
    "TLS로 접속하고, 서버의 인증서와 이름을 확인합니다",
  "trust the CAs in FILE (PEM) too, besides those that are trusted anyway":
    "원래 믿는 CA에 더하여 FILE(PEM)의 CA도 믿습니다",
  "verify no certificate: whoever answers is taken for the server":
    "인증서를 확인하지 않습니다. 누가 답하든 서버로 여깁니다",
  "With --tls the time to connect includes the handshake, the end of input is sent as TLS's own end (close_notify), and an answer that ends without one counts as cut off: it is told, with status 1.":
    "--tls를 쓰면 접속 시간에 TLS 연결(handshake)을 맺는 시간이 들어가고, 입력의 끝은 TLS의 끝(close_notify)으로 보냅니다. 그 끝 없이 끝난 답은 잘린 것으로 보아 알리고, 종료 상태는 1입니다.",
  "tell the connection, its end, and which process does what":
    "접속, 그 끝, 어느 프로세스가 무엇을 하는지를 알립니다",
  "open N connections, measure them, and report; 0: be interactive":
    "연결 N개를 열어 재고 보고합니다. 0: 사람이 쓰는 클라이언트",
  "connections of a load at a time": "부하에서 동시에 여는 연결 수",
  "messages that each connection sends, one when the last has come back":
    "연결마다 보내는 메시지 수. 앞의 것이 돌아오면 다음 것을 보냅니다",
  "the length of a message": "메시지의 길이",
  "send any byte, also NUL; without it a load sends letters and digits":
    "NUL을 비롯한 모든 바이트를 보냅니다. 없으면 글자와 숫자만 보냅니다",
  "connections opened per second, up to 32,768 at a time; 0: as --concurrency allows":
    "1초에 여는 연결 수, 동시에 32,768개까지. 0: --concurrency가 허락하는 만큼",
  "how long a connection of a load waits for an echo": "부하의 연결이 에코를 기다리는 시간",
  "processes that share the load": "부하를 나누어 맡는 프로세스 수",
  "report a load as one JSON object": "부하의 보고서를 JSON 객체 하나로 출력합니다",
  "write the report of a load to FILE too, as a page with its curves":
    "부하의 보고서를 곡선이 있는 페이지로 FILE에도 씁니다",
  "HOST is {host} unless given. Times are in seconds, decimals allowed.":
    "HOST를 주지 않으면 {host}입니다. 시간은 초이고 소수도 쓸 수 있습니다.",
  "An empty line is not sent. It ends at the end line, at the end of input, or when the server closes.":
    "빈 줄은 보내지 않습니다. 끝내는 줄, 입력의 끝, 또는 서버가 닫을 때에 끝납니다.",
  "With --note a line waits until the one before is answered; with --split too, none waits.":
    "--note에서는 앞줄의 답이 올 때까지 다음 줄이 기다립니다. --split도 함께 쓰면 기다리지 않습니다.",
  "With --rate, connection k is due k/R seconds after the start, whatever became of those before, and its latency counts from then: time that it waits because the server is slow counts too. A process opens 32,768 connections at a time, or as many as its open files allow; the others are late, which the report tells.":
    "--rate에서는 앞의 연결이 어떻게 되었든 k번째 연결을 시작한 지 k/R초에 열고, 지연 시간은 그때부터 셉니다. 서버가 느려서 기다린 시간도 들어갑니다. 프로세스 하나는 동시에 32,768개, 또는 열 수 있는 파일 수만큼 연결을 엽니다. 나머지는 늦어지고, 보고서가 그것을 알립니다.",
  "A load exits with status 1 if a connection failed. Ctrl-C ends it early and reports what was done.":
    "실패한 연결이 있으면 부하의 반환 값은 1입니다. Ctrl-C를 누르면 일찍 끝내고 그때까지의 결과를 보고합니다.",

  // grade
  "Tests whether a TCP echo server does what a course on multi-process servers asks.":
    "TCP 에코 서버가 다중 프로세스 서버 수업에서 바라는 대로 하는지 검사합니다.",
  "run this test or group alone; a list, or the flag again, for more":
    "이 검사나 묶음만 합니다. 여럿이면 쉼표로 잇거나 옵션을 되풀이합니다",
  "end after S seconds at most; more lets each answer take longer, for a busy machine":
    "길어도 S초 뒤에는 끝냅니다. 길게 주면 바쁜 컴퓨터에서 대답을 더 오래 기다립니다",
  "say what a test or group does, why, and what to look at; runs nothing":
    "검사나 묶음이 무엇을 왜 하는지, 무엇을 볼 것인지 알려 줍니다. 검사는 하지 않습니다",
  "With a PROGRAM it starts the server itself, and ends it with all its processes: {port} in an argument becomes a free port; without it the port is the last argument. With a PORT it tests a server of this machine that runs already, and leaves it running: what would have to end the server is skipped.":
    "PROGRAM을 주면 서버를 직접 시작하고, 그 프로세스를 모두 끝냅니다. 인자의 {port}는 빈 포트 번호로 바뀌고, 그것이 없으면 포트가 마지막 인자가 됩니다. PORT를 주면 이 컴퓨터에서 이미 실행 중인 서버를 검사하고 그대로 둡니다. 서버를 끝내야 하는 검사는 건너뜁니다.",
  "Tests for which no time is left are skipped. The exit status is 0 if no test failed (a skipped one has not), 1 if some did.":
    "시간이 남지 않은 검사는 건너뜁니다. 실패한 검사가 없으면 반환 값은 0이고(건너뛴 것은 실패가 아닙니다), 있으면 1입니다.",

  // compare
  "Measures every model of a server on this machine, and says what each shows.":
    "이 컴퓨터에서 서버의 모든 모델을 재고, 저마다 무엇을 보여 주는지 말합니다.",
  "the models to measure": "잴 모델",
  "how long all of it takes, about": "모두 합쳐 걸리는 시간(대략)",
  "clients at once": "동시에 접속하는 클라이언트 수",
  "write the report to FILE too, as a page with bars and latency curves":
    "막대와 지연 시간 곡선이 있는 페이지로 보고서를 FILE에도 씁니다",
  "The models: iterative, process, spare and prefork; process-socket, spare-socket and prefork-socket, whose processes get the socket itself; and, where there is a C compiler (cc), c-iterative and c-fork.":
    "모델: iterative, process, spare, prefork. 프로세스가 소켓을 직접 받는 process-socket, spare-socket, prefork-socket. 그리고 C 컴파일러(cc)가 있으면 c-iterative와 c-fork.",
  "Each is measured for a short time in each of up to 5 rounds, 3 at least, in changing order. What its rounds do not tell apart is not ranked. Ctrl-C ends it early and reports what was done.":
    "모델마다 짧게 3회에서 5회까지, 순서를 바꾸어 가며 잽니다. 여러 번 재어도 차이가 드러나지 않는 것에는 순위를 매기지 않습니다. Ctrl-C를 누르면 일찍 끝내고 그때까지의 결과를 보고합니다.",
  "It exits with status 1 if a model could not be measured to the end, or a connection failed.":
    "끝까지 재지 못한 모델이나 실패한 연결이 있으면 반환 값은 1입니다.",

  // guide
  "Prints the lab, the glossary and the other pages of the course, and the examples.":
    "실습, 용어집, 그 밖의 수업 문서와 예제를 출력합니다.",
  "show the guide in a browser, at this port": "이 포트에서 문서를 브라우저로 보여 줍니다",
  'Without a TOPIC it lists them. The topic of an example is the name of its file: "brood guide fork_server.c > fork_server.c" makes that file.':
    'TOPIC을 주지 않으면 주제의 목록을 출력합니다. 예제의 주제는 그 파일 이름입니다: "brood guide fork_server.c > fork_server.c"는 그 파일을 만듭니다.',
  "With --status it serves the pages until Ctrl-C (SIGINT) or SIGTERM.":
    "--status를 주면 Ctrl-C(SIGINT)나 SIGTERM을 받을 때까지 문서를 보여 줍니다.",
  '"brood guide TOPIC" prints a page; the topics are:':
    '"brood guide TOPIC"은 문서 하나를 출력합니다. 주제는 다음과 같습니다:',
  "and the examples:": "예제는 다음과 같습니다:",
  "The guide: {url}": "문서: {url}",

  // completions
  "Prints what lets a shell complete the commands and flags of brood.":
    "셸이 brood의 명령과 옵션을 자동 완성하게 하는 것을 출력합니다.",
  "What to write, and where:": "어디에 무엇을 쓸지:",
};
