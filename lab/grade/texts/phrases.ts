/**
 * What is said of what was seen, in both languages.
 *
 * @module
 */

import type { Text } from "./text.ts";

/** The phrases. */
export const PHRASES = {
  listens: {
    en: "something listens on port {port}",
    ko: "{port}번 포트에서 듣고 있습니다",
  },
  listensAfter: {
    en: "it listens on port {port} after {seconds} s",
    ko: "{seconds}초 뒤에 {port}번 포트에서 듣기 시작했습니다",
  },
  listensNot: {
    en: "nothing listens on port {port}",
    ko: "{port}번 포트에서 듣는 서버가 없습니다",
  },
  endedBySignal: {
    en: "the server was ended by {signal}",
    ko: "서버가 시그널 {signal}에 의해 종료되었습니다",
  },
  endedWithStatus: {
    en: "the server ended with exit status {status}",
    ko: "서버가 반환 값 {status}(으)로 종료되었습니다",
  },
  endedSomehow: {
    en: "the server is gone",
    ko: "서버가 사라졌습니다",
  },
  echoWhole: {
    en: "all of {sent|byte|bytes} came back",
    ko: "{sent}바이트가 모두 돌아왔습니다",
  },
  echoWrong: {
    en: "byte {at} of {sent} came back as another one",
    ko: "{sent}바이트 가운데 {at}번째 바이트가 다른 값으로 돌아왔습니다",
  },
  echoRefused: {
    en: "the client could not connect",
    ko: "클라이언트가 접속하지 못했습니다",
  },
  echoEnded: {
    en: "{received} of {sent|byte|bytes} came back, then the server closed the connection",
    ko: "{sent}바이트 가운데 {received}바이트만 돌아오고 서버가 연결을 닫았습니다",
  },
  echoReset: {
    en: "{received} of {sent|byte|bytes} came back, then the connection was reset",
    ko: "{sent}바이트 가운데 {received}바이트만 돌아오고 연결이 강제로 끊겼습니다(reset)",
  },
  echoLate: {
    en: "{received} of {sent|byte|bytes} came back within {seconds} s",
    ko: "{seconds}초 동안 {sent}바이트 가운데 {received}바이트만 돌아왔습니다",
  },
  nextAnswered: {
    en: "the next client was answered",
    ko: "다음 클라이언트가 응답을 받았습니다",
  },
  nextAnsweredAfterChild: {
    en: "a child ended while the parent waited, and the next client was answered",
    ko: "부모가 기다리는 동안 자식 프로세스가 종료되었고, 다음 클라이언트가 응답을 받았습니다",
  },
  nextAnsweredAfterResets: {
    en: "{resets|client|clients} reset the connection, and the next one was answered",
    ko: "클라이언트 {resets}개가 연결을 강제로 끊었고, 다음 클라이언트가 응답을 받았습니다",
  },
  nextAnsweredAfterKill: {
    en: "process {pid} was killed, and the next client was answered",
    ko: "프로세스 {pid}을(를) SIGKILL로 종료시켰고, 다음 클라이언트가 응답을 받았습니다",
  },
  nextNotAnswered: {
    en: "the next client was not answered",
    ko: "다음 클라이언트가 응답을 받지 못했습니다",
  },
  otherNotAnswered: {
    en: "another client was not answered while one did not read",
    ko: "한 클라이언트가 읽지 않는 동안 다른 클라이언트가 응답을 받지 못했습니다",
  },
  secondAnswered: {
    en: "the second client was answered while the first was silent",
    ko: "첫 번째 클라이언트가 조용한 동안 두 번째 클라이언트가 응답을 받았습니다",
  },
  secondNotAnswered: {
    en: "the second client had to wait for the first",
    ko: "두 번째 클라이언트가 첫 번째 클라이언트를 기다려야 했습니다",
  },
  crowdAnswered: {
    en: "{answered} of {clients|client|clients} were answered at the same time",
    ko: "동시에 접속한 클라이언트 {clients}개 가운데 {answered}개가 응답을 받았습니다",
  },
  crowdLimited: {
    en:
      "{answered} of {clients|client|clients} were answered at the same time: the server has a fixed number of " +
      "processes, started before (prefork)",
    ko:
      "동시에 접속한 클라이언트 {clients}개 가운데 {answered}개가 응답을 받았습니다: 미리 만든 프로세스의 수가 " +
      "정해진 서버입니다(prefork)",
  },
  ownProcesses: {
    en: "each of two clients has a process of its own: pids {pids}",
    ko: "두 클라이언트에 각각 자식 프로세스가 있습니다: pid {pids}",
  },
  ownProcessesBefore: {
    en:
      "each of two clients has a process of its own, started before it came (prefork): pids {pids}",
    ko: "두 클라이언트에 각각 미리 만든 프로세스가 있습니다(prefork): pid {pids}",
  },
  sharedProcess: {
    en: "one process has the sockets of two clients: pid {pids}",
    ko: "프로세스 하나가 두 클라이언트의 소켓을 가지고 있습니다: pid {pids}",
  },
  relays: {
    en:
      "the parent (pid {parent}) keeps the sockets of its clients, and a process comes for each client " +
      "(pids {pids}): it relays, so what is asked of a process that has the socket does not apply",
    ko:
      "부모(pid {parent})가 클라이언트의 소켓을 계속 가지고, 클라이언트마다 프로세스(pid {pids})가 생깁니다: " +
      "데이터를 중계하는 서버이므로 소켓을 가진 자식에 대한 검사는 해당되지 않습니다",
  },
  hiddenWork: {
    en:
      "the parent (pid {parent}) keeps the sockets of its clients, and its other processes ({n}) were there " +
      "before: which of them serves whom cannot be seen",
    ko:
      "부모(pid {parent})가 클라이언트의 소켓을 계속 가지고, 다른 프로세스({n}개)는 전부터 있었습니다: " +
      "어느 프로세스가 어느 클라이언트를 맡는지 알 수 없습니다",
  },
  threads: {
    en: "process {parent} serves its clients in threads: no client has a process of its own",
    ko:
      "프로세스 {parent}이(가) 스레드로 클라이언트를 처리합니다: 클라이언트마다 자식 프로세스가 있지 않습니다",
  },
  alone: {
    en: "process {parent} serves its clients itself: no client has a process of its own",
    ko:
      "프로세스 {parent}이(가) 직접 클라이언트를 처리합니다: 클라이언트마다 자식 프로세스가 있지 않습니다",
  },
  noChildren: {
    en: "the server (pid {parent}) has no child for a client",
    ko: "서버(pid {parent})에 클라이언트를 맡는 자식 프로세스가 없습니다",
  },
  parentClosed: {
    en: "the parent (pid {parent}) has closed its copy, the child (pid {pids}) has the socket",
    ko: "부모(pid {parent})는 자기 쪽 소켓을 닫았고, 자식(pid {pids})이 가지고 있습니다",
  },
  parentHolds: {
    en: "the parent (pid {parent}) has the client's socket open, as its child (pid {pids}) has",
    ko: "자식(pid {pids})뿐 아니라 부모(pid {parent})도 클라이언트의 소켓을 열어 두고 있습니다",
  },
  parentHoldsOn: {
    en:
      "the parent (pid {parent}) has the client's socket open, as its child (pid {pids}) has, and the client " +
      "saw no end of its connection",
    ko:
      "자식(pid {pids})뿐 아니라 부모(pid {parent})도 클라이언트의 소켓을 열어 두어서, 클라이언트가 연결의 " +
      "끝을 보지 못했습니다",
  },
  listenerClosed: {
    en: "no child has the listening socket: pids {pids}",
    ko: "듣기 소켓을 가진 자식 프로세스가 없습니다: pid {pids}",
  },
  listenerOpen: {
    en: "a child has the listening socket open: pids {pids}",
    ko: "자식 프로세스가 듣기 소켓을 열어 두고 있습니다: pid {pids}",
  },
  acceptsItself: {
    en:
      "a process that was started before its clients (pids {pids}) has the listening socket: it accepts itself",
    ko: "미리 만든 프로세스(pid {pids})가 듣기 소켓을 가지고 있습니다: 스스로 accept를 호출합니다",
  },
  childEnded: {
    en: "the child (pid {pids}) ended {seconds} s after its client",
    ko: "클라이언트가 끝나고 {seconds}초 뒤에 자식(pid {pids})이 종료되었습니다",
  },
  childLives: {
    en: "the child (pid {pids}) is there {seconds} s after its client has ended",
    ko: "클라이언트가 끝나고 {seconds}초가 지나도 자식(pid {pids})이 종료되지 않았습니다",
  },
  livesOn: {
    en: "a process that was started before its clients (pids {pids}) lives on for the next one",
    ko: "미리 만든 프로세스(pid {pids})는 다음 클라이언트를 위해 계속 살아 있습니다",
  },
  exitDone: {
    en: "the child (pid {pids}) exited with status 0",
    ko: "자식(pid {pids})이 반환 값 0으로 정상 종료되었습니다",
  },
  exitFailed: {
    en: "the child (pid {pids}) exited with status {status}",
    ko: "자식(pid {pids})이 반환 값 {status}(으)로 종료되었습니다",
  },
  exitSignal: {
    en: "the child (pid {pids}) was ended by {signal}",
    ko: "자식(pid {pids})이 시그널 {signal}에 의해 종료되었습니다",
  },
  exitNoSecond: {
    en: "the second client got no process whose end could be seen",
    ko: "두 번째 클라이언트의 프로세스가 없어서 종료를 볼 수 없었습니다",
  },
  exitReaped: {
    en: "the child (pid {pids}) was waited for before its exit status could be seen",
    ko: "반환 값을 보기 전에 자식(pid {pids})이 회수되었습니다",
  },
  exitHidden: {
    en: "the child (pid {pids}) is another user's: its exit status cannot be seen",
    ko: "자식(pid {pids})이 다른 사용자의 것이어서 반환 값을 볼 수 없습니다",
  },
  exitAlive: {
    en: "the child (pid {pids}) has not ended, so it has no exit status",
    ko: "자식(pid {pids})이 종료되지 않아서 반환 값이 없습니다",
  },
  tooFewConnections: {
    en: "only {n|connection|connections} were made in the time that there was",
    ko: "주어진 시간에 연결을 {n}개만 만들었습니다",
  },
  grew: {
    en:
      "after {n} connections the parent has more than before: {descriptors} descriptors, {sockets} sockets of " +
      "clients, {children} living children, {kilobytes} KiB of memory",
    ko:
      "연결 {n}개 뒤에 부모가 가진 것이 늘었습니다: 디스크립터 {descriptors}개, 클라이언트 소켓 {sockets}개, " +
      "살아 있는 자식 {children}개, 메모리 {kilobytes} KiB",
  },
  grewByThat: {
    en:
      "after {n} connections the parent has {sockets} more sockets of clients and {children} more living " +
      "children, which {test} tells of, and nothing else: {descriptors} more descriptors, {kilobytes} KiB more memory",
    ko:
      "연결 {n}개 뒤에 클라이언트 소켓 {sockets}개와 살아 있는 자식 {children}개가 늘었는데, 이것은 {test}에서 " +
      "알린 것이고, 다른 것은 늘지 않았습니다: 디스크립터 {descriptors}개, 메모리 {kilobytes} KiB",
  },
  grewNot: {
    en:
      "after {n} connections the parent has {descriptors} descriptors, {sockets} sockets of clients, " +
      "{children} living children and {kilobytes} KiB of memory more than before",
    ko:
      "연결 {n}개 뒤에 부모의 디스크립터 {descriptors}개, 클라이언트 소켓 {sockets}개, 살아 있는 자식 " +
      "{children}개, 메모리 {kilobytes} KiB가 늘었습니다",
  },
  zombies: {
    en: "{n} of {came} children became zombies and were never waited for: pids {pids}",
    ko: "자식 {came}개 가운데 {n}개가 좀비가 되었고 부모가 기다려 주지 않았습니다: pid {pids}",
  },
  zombiesNot: {
    en: "{came|child|children} ended at once, and no zombie stayed",
    ko: "자식 {came}개가 한꺼번에 종료되었고, 남은 좀비가 없습니다",
  },
  burstNone: {
    en: "no child came for the clients, so none had to be waited for",
    ko: "클라이언트를 위해 생긴 자식이 없어서 기다릴 것도 없었습니다",
  },
  burstLives: {
    en: "none of {came|child|children} ended with its client",
    ko: "자식 {came}개 가운데 클라이언트와 함께 종료된 것이 없습니다",
  },
  noChildEnded: {
    en: "no child ended while the server waited for a client",
    ko: "서버가 접속을 기다리는 동안 종료된 자식이 없습니다",
  },
  noChildToKill: {
    en: "no child serves a client",
    ko: "클라이언트를 맡는 자식이 없습니다",
  },
  listensAgain: {
    en:
      "killed while a client was connected and started again, it listens on the same port after {seconds} s",
    ko:
      "클라이언트가 접속해 있을 때 종료시키고 다시 시작하니, {seconds}초 뒤에 같은 포트에서 들었습니다",
  },
  listensNotAgain: {
    en:
      "killed while a client was connected and started again, it does not listen on the same port",
    ko: "클라이언트가 접속해 있을 때 종료시키고 다시 시작하니, 같은 포트에서 듣지 못했습니다",
  },
  notStarted: {
    en: "the server does not listen (talks/starts)",
    ko: "서버가 듣고 있지 않습니다(talks/starts)",
  },
  gone: {
    en: "the server is gone",
    ko: "서버가 사라졌습니다",
  },
  overran: {
    en: "the server had more than 600 processes and was ended",
    ko: "서버의 프로세스가 600개를 넘어서 모두 종료시켰습니다",
  },
  noEcho: {
    en: "the server does not send a line back (talks/line)",
    ko: "서버가 한 줄도 되돌려 보내지 않습니다(talks/line)",
  },
  noTime: {
    en: "there was no time left for it; --time gives more",
    ko: "시간이 남지 않았습니다. --time으로 늘릴 수 있습니다",
  },
  unseen: {
    en: "the server's processes cannot be seen: they are another user's, or gone",
    ko: "서버의 프로세스를 볼 수 없습니다: 다른 사용자의 것이거나 사라졌습니다",
  },
  blind: {
    en: "processes cannot be looked at here: {reason}",
    ko: "여기서는 프로세스를 볼 수 없습니다: {reason}",
  },
  notOurs: {
    en: "it would end the server, which ran before",
    ko: "이미 실행 중이던 서버를 종료시켜야 하는 검사입니다",
  },
  endsWithChild: {
    en: "the server ended during it, as it does when a child ends (survives/interrupted-accept)",
    ko:
      "검사하는 동안 서버가 종료되었습니다: 자식이 종료될 때마다 그렇습니다(survives/interrupted-accept)",
  },
  waitsInTurn: {
    en:
      "the next client was still waiting: one is served after the other (concurrent/second-client)",
    ko:
      "다음 클라이언트가 아직 기다리고 있었습니다: 한 번에 하나씩 처리합니다(concurrent/second-client)",
  },
  nothingToReap: {
    en: "no client has a child of its own (processes/own-process)",
    ko: "클라이언트마다 자식 프로세스가 있지 않습니다(processes/own-process)",
  },
  childrenStay: {
    en: "children do not end with their clients (processes/child-ends)",
    ko: "자식이 클라이언트와 함께 종료되지 않습니다(processes/child-ends)",
  },
} as const satisfies Readonly<Record<string, Text>>;

/** A phrase's name. */
export type PhraseName = keyof typeof PHRASES;
