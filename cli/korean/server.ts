/**
 * What a server could not do, and what it warns of.
 *
 * @module
 */

import type { Messages } from "../messages.ts";

/** Its messages. */
export const SERVER: Messages = {
  "Cannot listen on {where}: {reason}": "{where}에서 들을 수 없습니다: {reason}",
  "there is a file that is no socket": "소켓이 아닌 파일이 그곳에 있습니다",
  "what is there cannot be replaced: {reason}": "그곳에 있는 것을 바꿀 수 없습니다: {reason}",
  "another server listens there": "다른 서버가 그곳에서 듣고 있습니다",
  "Cannot listen on descriptor {number}{name}, which LISTEN_FDS hands over: {reason}":
    "LISTEN_FDS가 넘겨준 디스크립터 {number}{name}에서 들을 수 없습니다: {reason}",
  "it is no listening socket of a stream, of IPv4, IPv6 or AF_UNIX":
    "IPv4, IPv6, AF_UNIX의 스트림 듣기 소켓이 아닙니다",
  "Cannot listen for TLS on loopback: {reason}": "TLS 때문에 루프백에서 들을 수 없습니다: {reason}",
  "Cannot listen on {where} for the status page: {reason}":
    "상태 페이지를 위해 {where}에서 들을 수 없습니다: {reason}",
  "Cannot accept on {where}: {reason}": "{where}에서 연결을 수락할 수 없습니다: {reason}",
  "{problem}; --transport pipe does without, and unix for a worker":
    "{problem}. --transport pipe에는 그것이 필요 없고, 자식 프로세스(워커)는 unix로도 됩니다",
  "{problem}; --reuse-port needs it": "{problem}. --reuse-port에는 그것이 필요합니다",

  "Cannot read the rules {file}: {reason}": "규칙 파일 {file}을(를) 읽을 수 없습니다: {reason}",
  "Cannot read the rules {file}, line {line}: {text}: {problem}":
    "규칙 파일 {file}의 {line}번째 줄을 읽을 수 없습니다: {text}: {problem}",
  "expected allow CIDR or deny CIDR": "allow CIDR 또는 deny CIDR이어야 합니다",
  "{problem}; the rules stay as they were": "{problem}. 규칙은 그대로 둡니다",

  "expected NAME or NAME:GROUP": "NAME 또는 NAME:GROUP이어야 합니다",
  "Cannot become {user}: {reason}": "사용자 {user}(으)로 바꿀 수 없습니다: {reason}",
  "there is no such user": "그런 사용자가 없습니다",
  "there is no such group": "그런 그룹이 없습니다",
  "--user is for giving root up; name another user":
    "--user는 루트 권한을 버리려고 쓰는 것입니다. 다른 사용자를 적으십시오",
  "no user has that number, so its group has to be named too, as in {user}:GROUP":
    "그 번호의 사용자가 없으므로 그룹도 적어야 합니다({user}:GROUP)",
  "/proc is not mounted": "/proc가 마운트되어 있지 않습니다",
  "only root may become another user": "루트만 다른 사용자가 될 수 있습니다",
  "root could be taken back, so nothing is started":
    "루트 권한을 되찾을 수 있으므로 아무것도 시작하지 않습니다",
  "that user has no access to {path}, or to a folder on the way":
    "그 사용자는 {path}(이)나 거기까지의 폴더에 접근할 수 없습니다",
  "the certificate": "인증서",
  "the private key": "개인 키",
  "Cannot read {what} {file}: {reason}": "{what} {file}을(를) 읽을 수 없습니다: {reason}",
  "Cannot use the certificate {file}: it has no -----BEGIN CERTIFICATE----- (PEM)":
    "인증서 {file}을(를) 쓸 수 없습니다: -----BEGIN CERTIFICATE-----(PEM)가 없습니다",
  "Cannot use the certificate {file}: it is not of version 3 of X.509 (openssl x509 -req makes that with -extfile)":
    "인증서 {file}을(를) 쓸 수 없습니다: X.509 버전 3이 아닙니다 (openssl x509 -req에 -extfile을 주면 버전 3이 됩니다)",
  "Cannot use the certificate {file}: {reason}": "인증서 {file}을(를) 쓸 수 없습니다: {reason}",
  "Cannot use the certificate {file}: number {number} in it is damaged":
    "인증서 {file}을(를) 쓸 수 없습니다: 그 안의 {number}번째 인증서가 손상되었습니다",
  "Cannot use the private key {file}: it has no -----BEGIN PRIVATE KEY----- (PEM)":
    "개인 키 {file}을(를) 쓸 수 없습니다: -----BEGIN PRIVATE KEY-----(PEM)가 없습니다",
  "Cannot use the private key {file}: it is encrypted (openssl pkey -in FILE -out NEW writes it in the clear)":
    "개인 키 {file}을(를) 쓸 수 없습니다: 암호로 잠겨 있습니다 (openssl pkey -in FILE -out NEW로 풀어서 저장하십시오)",
  "Cannot use the private key {file}: it is damaged, or of a kind that TLS does not take (it takes RSA from 2048 bits on, ECDSA with P-256, P-384 or P-521, and Ed25519)":
    "개인 키 {file}을(를) 쓸 수 없습니다: 손상되었거나, TLS에 쓸 수 없는 종류입니다 (2048비트 이상의 RSA, P-256·P-384·P-521의 ECDSA, Ed25519를 쓸 수 있습니다)",
  "Cannot use the private key {file}: it is not that of the certificate {certificate}":
    "개인 키 {file}을(를) 쓸 수 없습니다: 인증서 {certificate}의 키가 아닙니다",
  "Cannot ask clients for certificates (--tls-client-ca) with Deno {deno}: Deno {least} or later does":
    "Deno {deno}(으)로는 클라이언트에 인증서를 요구할 수 없습니다 (--tls-client-ca). Deno {least} 이상이 필요합니다",
  "{problem}; the certificates stay as they were": "{problem}. 인증서는 그대로 둡니다",

  "Cannot run {program}: {reason}": "{program}을(를) 실행할 수 없습니다: {reason}",
  "Cannot execute {path}: {reason}": "{path}을(를) 실행할 수 없습니다: {reason}",
  "no such program": "그런 프로그램이 없습니다",
  "no such program in PATH": "PATH에 그런 프로그램이 없습니다",
  "permission denied (make it executable with chmod +x)":
    "실행할 권한이 없습니다 (chmod +x로 권한을 주십시오)",
  "there is no {interpreter} to interpret it": "그것을 해석할 {interpreter}이(가) 없습니다",

  "Cannot start a worker: {reason}": "자식 프로세스(워커)를 시작할 수 없습니다: {reason}",
  "Cannot run {path}: no folder can be set before glibc 2.29":
    "{path}을(를) 실행할 수 없습니다: glibc 2.29보다 앞선 것에서는 폴더를 정할 수 없습니다",
  "Cannot start programs in {path}: {reason}": "{path}에서 프로그램을 시작할 수 없습니다: {reason}",
  "Cannot pass the variable {name} on: {reason}": "변수 {name}을(를) 넘길 수 없습니다: {reason}",
  "printenv(1) ends with status {status}": "printenv(1)의 반환 값이 {status}입니다",
  "it is no UTF-8, which only --transport socket passes on":
    "UTF-8이 아닙니다. 그런 것은 --transport socket만 넘깁니다",
  "Cannot set the limits of --limit: {reason}": "--limit의 제한을 걸 수 없습니다: {reason}",

  "Cannot start workers: Deno has no Unix-domain sockets on Windows; use --transport pipe":
    "자식 프로세스(워커)를 시작할 수 없습니다: 윈도우의 Deno에는 유닉스 도메인 소켓이 없습니다. --transport pipe를 쓰십시오",
  "Cannot connect to worker {pid}: {reason}":
    "자식 프로세스(워커) {pid}에 연결할 수 없습니다: {reason}",
  "Worker {pid}: {problem}": "자식 프로세스(워커) {pid}: {problem}",
  "Worker {pid} was not ready after {seconds} s":
    "자식 프로세스(워커) {pid}이(가) {seconds}초가 지나도 준비되지 않았습니다",
  "Worker {pid} ended before it was ready":
    "자식 프로세스(워커) {pid}이(가) 준비되기 전에 종료했습니다",
  "Worker {pid} ended as soon as it was ready, like the one before":
    "자식 프로세스(워커) {pid}이(가) 그 앞의 것처럼 준비되자마자 종료했습니다",
  "Cannot read a control message: {reason}": "제어 메시지를 읽을 수 없습니다: {reason}",
  "Cannot read the control message {message}: not JSON":
    "제어 메시지 {message}을(를) 읽을 수 없습니다: JSON이 아닙니다",
  "Cannot read the control message {message}: unknown type":
    "제어 메시지 {message}을(를) 읽을 수 없습니다: 모르는 종류입니다",
  "Nobody expects the control message {message}": "기다리지 않은 제어 메시지입니다: {message}",

  "Cannot make a folder for the workers' sockets ({reasons}): set XDG_RUNTIME_DIR or TMPDIR to a folder that can be written":
    "자식 프로세스(워커)의 소켓을 둘 폴더를 만들 수 없습니다 ({reasons}). XDG_RUNTIME_DIR이나 TMPDIR을 쓸 수 있는 폴더로 정하십시오",
  "{folder}: too long for the path of a socket": "{folder}: 소켓의 경로로 쓰기에는 너무 깁니다",
  "{folder}: others may replace what is in it":
    "{folder}: 그 안의 것을 다른 사용자가 바꿀 수 있습니다",
  "Cannot remove {path}: {reason}": "{path}을(를) 지울 수 없습니다: {reason}",

  "The guard (pid {pid}) is gone: what it guards may outlive this server if it is killed":
    "감시 프로세스(guard, pid {pid})가 없어졌습니다: 이 서버가 강제로 종료되면 지키던 프로세스가 남을 수 있습니다",
  "The process of the status page (pid {pid}) {how}: it is started again":
    "상태 페이지의 프로세스(pid {pid})가 {how}. 다시 시작합니다",
  "The process of the status page (pid {pid}) ended before it listened":
    "상태 페이지의 프로세스(pid {pid})가 듣기 시작하기 전에 종료했습니다",
  "warning: iterative mode runs the handler in the server itself: nothing isolates it":
    "경고: iterative 모드는 처리기를 서버 안에서 실행하므로, 처리기를 격리하는 것이 없습니다",
  "warning: the handler failed for {client}: {stack}":
    "경고: 클라이언트 {client}의 연결에서 처리기가 실패했습니다: {stack}",
  "warning: the handler failed: {stack}": "경고: 처리기가 실패했습니다: {stack}",

  "Cannot tell the service manager at {path}: {reason}":
    "서비스 관리자({path})에게 알릴 수 없습니다: {reason}",
  "standard output": "표준 출력",
  "standard error": "표준 오류",
  "Cannot write to {stream}: {reason}; {next}": "{stream}에 쓸 수 없습니다: {reason}. {next}",
  "going on without it": "그것 없이 계속합니다",
  "lines are lost until it can be written": "쓸 수 있을 때까지 줄을 잃습니다",
  "it is not read fast enough": "읽는 쪽이 너무 느립니다",
  "can be written again": "다시 쓸 수 있습니다",
  "{stream} {what}: up to {lines} lost": "{stream}에 {what}. 잃은 것은 많아야 {lines}입니다",
  "{lines} dropped: {stream} is not read fast enough":
    "{lines}을 버렸습니다: {stream}을 읽는 쪽이 너무 느립니다",
  "{count} lines were": "{count}줄",
  "1 line was": "1줄",

  "Cannot load the handler {file}: {reason}": "처리기 {file}을(를) 읽어 들일 수 없습니다: {reason}",
  "Cannot load the handler: {reason}": "처리기를 읽어 들일 수 없습니다: {reason}",
  "Cannot load the handler: its default export is not a function":
    "처리기를 읽어 들일 수 없습니다: default export가 함수가 아닙니다",
  "its default export is not a function": "default export가 함수가 아닙니다",
  "it did not finish loading within {seconds} s": "{seconds}초 안에 다 읽어 들이지 못했습니다",
  "it is no regular file": "보통의 파일이 아닙니다",
  "Deno lets no program read it": "Deno가 어떤 프로그램에도 읽기를 허락하지 않습니다",
  "the process that tries it cannot be started: {reason}":
    "시험해 볼 프로세스를 시작할 수 없습니다: {reason}",
  "it ended with status {status} while it loaded":
    "읽어 들이는 중에 반환 값 {status}(으)로 종료했습니다",
  "it was ended by {signal} while it loaded":
    "읽어 들이는 중에 시그널 {signal}에 의해 종료되었습니다",
  "it is too long with what it imports": "import하는 것까지 합쳐 너무 깁니다",
  "its types": "타입",
  "the types of {path}": "{path}의 타입",
  "{types} cannot be stripped ({reason})": "{types}을 떼어 낼 수 없습니다 ({reason})",
  "{path} imports itself, directly or by way of others":
    "{path}이(가) 직접 또는 다른 모듈을 거쳐 자기 자신을 import합니다",
  "{reason}; bundle it to JavaScript first: deno bundle -o handler.js {file}":
    "{reason}. 먼저 JavaScript 하나로 묶으십시오: deno bundle -o handler.js {file}",
};
