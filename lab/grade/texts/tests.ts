/**
 * What each test does, why it matters and what to look at, in both languages.
 *
 * @module
 */

import type { Text } from "./text.ts";

/** What is told of a test. */
export interface TestText {
  /** What it does. */
  readonly does: Text;
  /** Why it matters, in a sentence. */
  readonly why: Text;
  /** What to look at where it fails, in a sentence that names the manual page. */
  readonly look: Text;
}

/** The tests, in the order of the report. */
export const TESTS = {
  "talks/starts": {
    does: {
      en: "Starts the server, and waits until it listens on its port.",
      ko: "서버를 시작하고, 포트에서 들을 때까지 기다립니다.",
    },
    why: {
      en: "A client can connect only to a port that somebody listens on.",
      ko: "듣기 소켓이 있는 포트에만 클라이언트가 접속할 수 있습니다.",
    },
    look: {
      en:
        "Look at socket(), bind() and listen(), each with its return value checked, and at the port in the " +
        "arguments, which htons() puts in order: bind(2), listen(2), byteorder(3).",
      ko:
        "socket(), bind(), listen()의 반환 값을 확인하는지, 인수로 받은 포트를 htons()로 바꾸는지 보십시오: " +
        "bind(2), listen(2), byteorder(3).",
    },
  },
  "talks/line": {
    does: {
      en: "Sends a line and waits for the same line.",
      ko: "한 줄을 보내고 같은 줄이 돌아오기를 기다립니다.",
    },
    why: {
      en: "An echo server sends every byte back that it has read.",
      ko: "에코 서버는 읽은 바이트를 모두 되돌려 보냅니다.",
    },
    look: {
      en:
        "Look at the loop of read() and write() on the socket that accept() has returned: accept(2), read(2), " +
        "write(2).",
      ko:
        "accept()가 반환한 소켓에서 read()와 write()를 되풀이하는지 보십시오: accept(2), read(2), write(2).",
    },
  },
  "talks/nul-bytes": {
    does: {
      en: "Sends bytes with NULs among them.",
      ko: "NUL 바이트가 섞인 데이터를 보냅니다.",
    },
    why: {
      en:
        "What comes over a socket is bytes and not a string: strlen() stops at the first NUL, and what is " +
        "behind it is lost.",
      ko:
        "소켓으로 오는 것은 문자열이 아니라 바이트입니다: strlen()은 첫 NUL에서 멈추므로 그 뒤가 사라집니다.",
    },
    look: {
      en:
        "Look at the length that write() is given: it has to be what read() has returned: read(2), strlen(3).",
      ko: "write()에 주는 길이를 보십시오. read()가 반환한 값이어야 합니다: read(2), strlen(3).",
    },
  },
  "talks/large": {
    does: {
      en: "Sends 200 kB in one piece, and is slow to read the answer.",
      ko: "200 kB를 한 번에 보내고, 응답은 천천히 읽습니다.",
    },
    why: {
      en:
        "A write() may take only a part of what it is given, and what it did not take is lost unless it is " +
        "written again.",
      ko: "write()는 받은 것의 일부만 쓸 수 있고, 나머지를 다시 쓰지 않으면 사라집니다.",
    },
    look: {
      en:
        "Look at the return value of write(), and go on behind what was taken until all is: write(2), send(2).",
      ko: "write()의 반환 값을 보고, 모두 쓸 때까지 나머지를 되풀이해 쓰십시오: write(2), send(2).",
    },
  },
  "talks/small-pieces": {
    does: {
      en: "Sends 180 bytes, three at a time.",
      ko: "180바이트를 3바이트씩 나누어 보냅니다.",
    },
    why: {
      en:
        "TCP has no messages: what was sent at once may come in pieces, and pieces may come at once.",
      ko:
        "TCP에는 메시지 경계가 없습니다: 한 번에 보낸 것이 나뉘어 올 수 있고, 나눈 것이 합쳐져 올 수 있습니다.",
    },
    look: {
      en: "Look at what is done when read() returns less than was expected: read(2), tcp(7).",
      ko: "read()가 기대보다 적게 반환할 때 어떻게 하는지 보십시오: read(2), tcp(7).",
    },
  },
  "talks/half-close": {
    does: {
      en: "Sends 5 kB, ends its own direction at once, and waits for all that is still to come.",
      ko: "5 kB를 보내고 곧바로 자기 방향을 닫은 뒤, 나머지가 모두 돌아오기를 기다립니다.",
    },
    why: {
      en:
        "A client that has no more to say still listens, and what it has sent has to be answered first.",
      ko: "더 보낼 것이 없는 클라이언트도 아직 듣고 있으므로, 보낸 것에 먼저 응답해야 합니다.",
    },
    look: {
      en:
        "Look at what happens before close(): read until read() returns 0, and write all of it: shutdown(2), " +
        "read(2), poll(2) on POLLRDHUP.",
      ko:
        "close() 전에 무엇을 하는지 보십시오. read()가 0을 반환할 때까지 읽고 모두 써야 합니다: shutdown(2), " +
        "read(2), poll(2)의 POLLRDHUP.",
    },
  },
  "talks/empty": {
    does: {
      en: "Connects and closes without a word, and lets another client ask.",
      ko: "접속하자마자 아무것도 보내지 않고 닫은 뒤, 다른 클라이언트가 요청합니다.",
    },
    why: {
      en: "Anybody may connect and go, and a read() that returns 0 at once is no error.",
      ko: "누구나 접속했다가 그냥 갈 수 있고, read()가 곧바로 0을 반환하는 것은 오류가 아닙니다.",
    },
    look: {
      en: "Look at what is done when the first read() returns 0: read(2).",
      ko: "첫 read()가 0을 반환할 때 어떻게 하는지 보십시오: read(2).",
    },
  },
  "concurrent/second-client": {
    does: {
      en: "Lets a client be silent, and a second one ask.",
      ko: "첫 번째 클라이언트가 조용히 있는 동안 두 번째 클라이언트가 요청합니다.",
    },
    why: {
      en:
        "A server that serves one client until that ends makes all others wait, however long that is.",
      ko: "한 클라이언트가 끝날 때까지 그것만 처리하는 서버는 다른 모두를 끝없이 기다리게 합니다.",
    },
    look: {
      en:
        "Look at what the parent does after fork(): it has to go back to accept(), and must not wait for the " +
        "child there: fork(2), accept(2), WNOHANG in waitpid(2).",
      ko:
        "fork() 뒤에 부모가 무엇을 하는지 보십시오. 자식을 기다리지 말고 accept()로 돌아가야 합니다: fork(2), " +
        "accept(2), waitpid(2)의 WNOHANG.",
    },
  },
  "concurrent/twenty": {
    does: {
      en: "Connects twenty clients, and lets all of them ask at once.",
      ko: "클라이언트 20개가 접속해서 한꺼번에 요청합니다.",
    },
    why: {
      en: "A multi-process server is made for many clients at the same time.",
      ko: "멀티 프로세스 서버는 여러 클라이언트를 동시에 처리하려고 만든 것입니다.",
    },
    look: {
      en:
        "Look at the loop around accept() and fork(), at the backlog, and at limits of processes: listen(2), " +
        "fork(2), getrlimit(2).",
      ko:
        "accept()와 fork()의 반복, 백로그, 프로세스 수의 제한을 보십시오: listen(2), fork(2), getrlimit(2).",
    },
  },
  "processes/own-process": {
    does: {
      en: "Connects two clients, and looks which processes have their sockets.",
      ko: "클라이언트 두 개가 접속하고, 어느 프로세스가 그 소켓을 가지는지 봅니다.",
    },
    why: {
      en:
        "The course asks for a process of its own for each client: one that fails or waits keeps nobody else up.",
      ko:
        "이 과목은 클라이언트마다 자식 프로세스를 요구합니다: 하나가 멈추거나 실패해도 다른 것에 영향이 없습니다.",
    },
    look: {
      en:
        "Look at where fork() is called: after each accept(), with the child serving that client and no other: " +
        "fork(2).",
      ko:
        "fork()를 어디서 호출하는지 보십시오. accept() 다음마다 호출하고, 자식은 그 클라이언트만 맡아야 " +
        "합니다: fork(2).",
    },
  },
  "processes/parent-closes-socket": {
    does: {
      en: "Looks whether the parent has a client's socket open that a child serves.",
      ko: "자식이 맡은 클라이언트의 소켓을 부모가 열어 두고 있는지 봅니다.",
    },
    why: {
      en:
        "A connection ends when its last descriptor is closed: a parent that keeps its copy lets no client see " +
        "the end, and runs out of descriptors.",
      ko:
        "연결은 마지막 디스크립터가 닫힐 때 끝납니다: 부모가 자기 쪽을 닫지 않으면 클라이언트는 끝을 보지 " +
        "못하고, 부모는 디스크립터가 모자라게 됩니다.",
    },
    look: {
      en:
        "Look for a close() of the client's socket in the parent, after fork(): close(2), fork(2).",
      ko: "fork() 뒤에 부모가 클라이언트의 소켓을 close()하는지 보십시오: close(2), fork(2).",
    },
  },
  "processes/child-closes-listener": {
    does: {
      en: "Looks whether a child has the listening socket open.",
      ko: "자식이 듣기 소켓을 열어 두고 있는지 봅니다.",
    },
    why: {
      en:
        "A child that has the listening socket keeps the port taken when the parent is gone, and clients " +
        "connect to nobody.",
      ko:
        "자식이 듣기 소켓을 가지고 있으면 부모가 없어져도 포트가 잡혀 있고, 클라이언트는 아무도 없는 곳에 " +
        "접속합니다.",
    },
    look: {
      en:
        "Look for a close() of the listening socket in the child, before it serves: close(2), fork(2).",
      ko:
        "자식이 클라이언트를 처리하기 전에 듣기 소켓을 close()하는지 보십시오: close(2), fork(2).",
    },
  },
  "processes/child-ends": {
    does: {
      en: "Ends a client, and waits for the end of its child.",
      ko: "클라이언트가 끝난 뒤 자식이 종료되기를 기다립니다.",
    },
    why: {
      en: "A child that stays when its client has gone takes a process, and memory, for nobody.",
      ko: "클라이언트가 갔는데도 남아 있는 자식은 프로세스와 메모리를 헛되이 차지합니다.",
    },
    look: {
      en:
        "Look at what the child does when read() returns 0: it has to leave the loop and call exit(), and must " +
        "not go back to accept(): read(2), exit(3).",
      ko:
        "read()가 0을 반환할 때 자식이 무엇을 하는지 보십시오. 반복을 벗어나 exit()를 호출해야 하고, " +
        "accept()로 돌아가면 안 됩니다: read(2), exit(3).",
    },
  },
  "processes/exit-status": {
    does: {
      en:
        "Ends a client while the parent is stopped, and reads the exit status of the child from /proc.",
      ko: "부모를 멈추어 둔 채 클라이언트를 끝내고, /proc에서 자식의 반환 값을 읽습니다.",
    },
    why: {
      en:
        "The exit status tells the parent whether its child has done its work: 0 says that all went well.",
      ko: "반환 값은 자식이 일을 제대로 마쳤는지 부모에게 알립니다: 0은 정상 종료를 뜻합니다.",
    },
    look: {
      en:
        "Look at how the child ends: exit(0) after its client has ended, and no signal: exit(3), wait(2), " +
        "signal(7).",
      ko:
        "자식이 어떻게 끝나는지 보십시오. 클라이언트가 끝나면 exit(0)이어야 하고, 시그널이면 안 됩니다: " +
        "exit(3), wait(2), signal(7).",
    },
  },
  "processes/nothing-grows": {
    does: {
      en:
        "Makes 200 connections, or as many as four seconds allow, and compares what the parent has before and after.",
      ko:
        "연결을 200개, 또는 4초 동안 할 수 있는 만큼 만들고, 전과 후에 부모가 가진 것을 비교합니다.",
    },
    why: {
      en:
        "A server runs for a long time: what each connection leaves behind uses up descriptors or memory one day.",
      ko: "서버는 오래 실행됩니다: 연결마다 무언가 남으면 언젠가 디스크립터나 메모리가 바닥납니다.",
    },
    look: {
      en:
        "Look at what the parent opens or allocates for a client, and at ls -l /proc/PID/fd: close(2), free(3), " +
        "proc_pid_fd(5).",
      ko:
        "부모가 클라이언트마다 무엇을 열거나 할당하는지, ls -l /proc/PID/fd에 무엇이 있는지 보십시오: close(2), " +
        "free(3), proc_pid_fd(5).",
    },
  },
  "reaps/burst": {
    does: {
      en:
        "Lets fifty children end at once, while the parent is stopped, and looks for zombies when it goes on.",
      ko: "부모를 멈추어 둔 채 자식 50개를 한꺼번에 끝내고, 다시 진행시킨 뒤 좀비가 있는지 봅니다.",
    },
    why: {
      en:
        "A child that nobody waits for stays a zombie; signals do not queue, so one SIGCHLD may tell of many " +
        "children.",
      ko:
        "기다려 주지 않은 자식은 좀비로 남습니다. 시그널은 쌓이지 않으므로 SIGCHLD 하나가 자식 여럿의 종료를 " +
        "뜻할 수 있습니다.",
    },
    look: {
      en:
        "Look at the handler of SIGCHLD: it has to call waitpid(-1, ..., WNOHANG) in a loop until that returns " +
        "no child: waitpid(2), sigaction(2), signal(7).",
      ko:
        "SIGCHLD 처리기를 보십시오. 더 없을 때까지 waitpid(-1, ..., WNOHANG)을 되풀이해야 합니다: waitpid(2), " +
        "sigaction(2), signal(7).",
    },
  },
  "survives/interrupted-accept": {
    does: {
      en: "Lets a child end while the parent waits in accept(), and another client ask.",
      ko: "부모가 accept()에서 기다리는 동안 자식이 종료되게 하고, 다른 클라이언트가 요청합니다.",
    },
    why: {
      en:
        "The signal that tells of a child's end interrupts accept(), which then fails although nothing is wrong.",
      ko:
        "자식의 종료를 알리는 시그널이 accept()를 중단시키면, 잘못된 것이 없어도 accept()가 실패합니다.",
    },
    look: {
      en:
        "Look at what is done when accept() fails: with EINTR it has to be called again, or SA_RESTART be set: " +
        "accept(2), sigaction(2), signal(7).",
      ko:
        "accept()가 실패할 때 어떻게 하는지 보십시오. EINTR이면 다시 호출하거나 SA_RESTART를 써야 합니다: " +
        "accept(2), sigaction(2), signal(7).",
    },
  },
  "survives/reset": {
    does: {
      en:
        "Lets clients reset their connections, before they are accepted and while they are served, and another ask.",
      ko:
        "클라이언트가 accept 전과 처리 중에 연결을 강제로 끊게 하고, 다른 클라이언트가 요청합니다.",
    },
    why: {
      en:
        "A client that crashes resets its connection, and one client's failure must not end the server.",
      ko:
        "비정상 종료한 클라이언트는 연결을 강제로 끊습니다. 한 클라이언트의 실패로 서버가 끝나면 안 됩니다.",
    },
    look: {
      en:
        "Look at every call that may fail for one client (accept(), getpeername(), read(), write()), and ignore " +
        "SIGPIPE: accept(2), signal(7), EPIPE in write(2).",
      ko:
        "한 클라이언트 때문에 실패할 수 있는 호출(accept(), getpeername(), read(), write())을 모두 보고, " +
        "SIGPIPE를 무시하십시오: accept(2), signal(7), write(2)의 EPIPE.",
    },
  },
  "survives/never-reads": {
    does: {
      en: "Lets a client send 16 MB and read nothing, and another ask meanwhile.",
      ko:
        "한 클라이언트가 16 MB를 보내면서 아무것도 읽지 않게 하고, 그동안 다른 클라이언트가 요청합니다.",
    },
    why: {
      en:
        "A write() to a client that does not read waits for ever, and only that client's process may do so.",
      ko:
        "읽지 않는 클라이언트에게 하는 write()는 끝없이 기다리므로, 그 클라이언트의 프로세스만 기다려야 합니다.",
    },
    look: {
      en: "Look at who writes to a client: its own child, and not the parent: write(2), fork(2).",
      ko:
        "클라이언트에게 누가 쓰는지 보십시오. 부모가 아니라 그 클라이언트의 자식이어야 합니다: write(2), fork(2).",
    },
  },
  "survives/killed-child": {
    does: {
      en: "Kills the child of a client with SIGKILL, and lets another client ask.",
      ko: "클라이언트를 맡은 자식을 SIGKILL로 종료시키고, 다른 클라이언트가 요청합니다.",
    },
    why: {
      en: "A child may be ended by a signal at any time, and the others must not notice.",
      ko: "자식은 언제든 시그널에 의해 종료될 수 있고, 다른 클라이언트는 그것을 몰라야 합니다.",
    },
    look: {
      en:
        "Look at what the parent does with the status that wait() gives it: WIFSIGNALED is no reason to end: " +
        "wait(2), kill(2).",
      ko:
        "wait()가 준 상태로 부모가 무엇을 하는지 보십시오. WIFSIGNALED라도 서버를 끝내면 안 됩니다: wait(2), " +
        "kill(2).",
    },
  },
  "survives/port-again": {
    does: {
      en: "Kills the server while a client is connected, and starts it again on the same port.",
      ko: "클라이언트가 접속해 있을 때 서버를 종료시키고, 같은 포트에서 다시 시작합니다.",
    },
    why: {
      en:
        "After the server has ended its connections keep the port taken for a minute, and it could not be " +
        "started again meanwhile.",
      ko:
        "서버가 끝난 뒤에도 연결이 1분 동안 포트를 잡고 있어서, 그동안 서버를 다시 시작할 수 없습니다.",
    },
    look: {
      en:
        "Look for setsockopt() with SO_REUSEADDR before bind(): setsockopt(2), socket(7), TIME_WAIT in tcp(7).",
      ko:
        "bind() 전에 setsockopt()로 SO_REUSEADDR을 설정하는지 보십시오: setsockopt(2), socket(7), tcp(7)의 " +
        "TIME_WAIT.",
    },
  },
} as const satisfies Readonly<Record<string, TestText>>;

/** A test's name. */
export type TestName = keyof typeof TESTS;

/** All of them, in the order of the report. */
export const TEST_NAMES = Object.keys(TESTS) as readonly TestName[];
