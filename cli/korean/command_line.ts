/**
 * What is wrong with a command line.
 *
 * @module
 */

import type { Messages } from "../messages.ts";

/** Its messages. */
export const COMMAND_LINE: Messages = {
  "; try '{help}'": "; 도움말: {help}",
  "this is a bug, please report it: {error}":
    "프로그램의 잘못(버그)입니다. 알려 주시기 바랍니다: {error}",
  "warning: {what}": "경고: {what}",

  "a command is missing: server, client, grade, compare, guide or completions":
    "명령이 없습니다: server, client, grade, compare, guide, completions 가운데 하나가 필요합니다",
  "unknown command {command}": "모르는 명령입니다: {command}",
  "unknown flag {flag}": "모르는 옵션입니다: {flag}",
  "surplus argument {argument}": "남는 인자입니다: {argument}",
  "{operand} is missing": "인자 {operand}이(가) 없습니다",
  "{operand} and {other} is missing": "인자 {operand}, {other}이(가) 없습니다",
  "PORT {port}: a Unix-domain socket has none":
    "PORT {port}: 유닉스 도메인 소켓에는 포트가 없습니다",
  "--reuse-port goes with an address: a Unix-domain socket has no port":
    "--reuse-port는 주소에 씁니다: 유닉스 도메인 소켓에는 포트가 없습니다",
  "{what} does not go with LISTEN_FDS: the server serves the sockets that it was started with":
    "{what}은(는) LISTEN_FDS와 함께 쓸 수 없습니다: 서버는 시작될 때 받은 소켓을 씁니다",
  "--fault {fault} goes with one address of --host, and nothing else to listen on":
    "--fault {fault}은(는) --host의 주소 하나로만 듣는 서버에 쓸 수 있습니다",
  "--host {place} is given twice": "--host {place}이(가) 두 번 있습니다",
  "--host :: takes IPv4 too: leave --host 0.0.0.0 out":
    "--host ::는 IPv4도 받습니다: --host 0.0.0.0을 빼십시오",
  "expected the path of a file behind unix:": "unix: 뒤에는 파일의 경로가 있어야 합니다",
  "the path of a socket has up to {count} bytes": "소켓의 경로는 {count}바이트까지입니다",
  "PROGRAM is missing behind --": "-- 뒤에 PROGRAM이 없습니다",
  "--{flag} takes no value": "--{flag}에는 값을 줄 수 없습니다",
  "--{flag} needs a value: {placeholder}": "--{flag}에는 값이 필요합니다: {placeholder}",

  "{flag} {value}: {problem}": "{flag} {value}: {problem}",
  "{value}: expected {words}": "{value}: 다음 가운데 하나여야 합니다: {words}",
  "expected one of {words}": "다음 가운데 하나여야 합니다: {words}",
  "expected {words}": "다음 가운데 하나여야 합니다: {words}",
  "expected {first} or {second}": "{first} 또는 {second}이어야 합니다",
  "expected {first} or {second} or {third}":
    "다음 가운데 하나여야 합니다: {first}, {second}, {third}",
  "expected {words}, with commas between them":
    "다음 가운데에서 골라 쉼표로 나누어 적어야 합니다: {words}",
  "expected true or false": "true 또는 false이어야 합니다",
  "expected a text that is not empty": "비어 있지 않은 글이어야 합니다",
  "expected a port from 0 to 65535, or ADDR:PORT":
    "0부터 65535까지의 포트 번호이거나 ADDR:PORT이어야 합니다",
  "expected a whole number from {min} to {max}": "{min}부터 {max}까지의 정수여야 합니다",
  "expected an address or a network, such as 192.0.2.0/24 or 2001:db8::/32":
    "192.0.2.0/24나 2001:db8::/32와 같은 주소나 네트워크여야 합니다",
  "expected seconds, from {min} to {max}": "{min}부터 {max}까지의 초여야 합니다",

  "--{flag} does not go with --load": "--{flag}은(는) --load와 함께 쓸 수 없습니다",
  "--{flag} needs --load": "--{flag}은(는) --load와 함께 써야 합니다",
  "--{flag} needs --tls": "--{flag}은(는) --tls와 함께 써야 합니다",
  "--insecure does not go with --tls-ca: nothing would be verified with those CAs":
    "--insecure는 --tls-ca와 함께 쓸 수 없습니다. 그러면 그 CA로 아무것도 확인하지 않습니다",
  "--concurrency does not go with --rate, which opens each connection at its time":
    "--concurrency는 --rate와 함께 쓸 수 없습니다. --rate는 연결마다 정해진 때에 엽니다",
  "--processes {processes} is more than --load {connections}":
    "--processes {processes}이(가) --load {connections}보다 많습니다",
  "--processes {processes} is more than --concurrency {concurrency}":
    "--processes {processes}이(가) --concurrency {concurrency}보다 많습니다",

  "either PORT or -- PROGRAM: one is missing": "PORT와 -- PROGRAM 가운데 하나가 있어야 합니다",
  "either PORT or -- PROGRAM: one excludes the other":
    "PORT와 -- PROGRAM 가운데 하나만 쓸 수 있습니다",
  "there is no test {name}; the groups are {groups}":
    "{name}(이)라는 검사가 없습니다. 검사 묶음은 다음과 같습니다: {groups}",

  "there is no topic {name}; the topics are {topics}":
    "{name}(이)라는 주제가 없습니다. 주제는 다음과 같습니다: {topics}",
  "--status shows every topic: it does not go with TOPIC":
    "--status는 모든 주제를 보여 주므로 TOPIC과 함께 쓸 수 없습니다",

  "{flag} goes with --mode {modes}, not with {mode}":
    "{flag}은(는) --mode {modes}에서만 쓸 수 있고, {mode}에서는 쓸 수 없습니다",
  "{flag} does not go with a program": "{flag}은(는) 프로그램(--)과 함께 쓸 수 없습니다",
  "a program serves one connection and ends, so it cannot be started before: --mode prefork goes with --handler":
    "프로그램은 연결 하나를 처리하고 끝나므로 미리 시작할 수 없습니다. --mode prefork는 --handler와 함께 씁니다",
  "--transport goes with --mode per-connection or prefork, or with a program: iterative mode has no other process":
    "--transport는 --mode per-connection이나 prefork, 또는 프로그램과 함께 씁니다. iterative 모드에는 다른 프로세스가 없습니다",
  "expected NAME or NAME=VALUE": "NAME 또는 NAME=VALUE이어야 합니다",
  "the server itself tells programs by {name}":
    "{name}은(는) 서버가 직접 프로그램에 알리는 변수입니다",
  "expected NAME=N, and for NAME one of {names}":
    "NAME=N이어야 하고, NAME은 다음 가운데 하나입니다: {names}",
  "expected a number of bytes, such as 512M": "512M 같은 바이트 수여야 합니다",
  "--{flag} goes with a program: a worker may read no environment":
    "--{flag}은(는) 프로그램(--)과 함께 씁니다. 자식 프로세스(워커)는 환경 변수를 읽을 수 없습니다",
  "--chdir goes with a program: a worker may open no file":
    "--chdir은 프로그램(--)과 함께 씁니다. 자식 프로세스(워커)는 파일을 열 수 없습니다",
  "--limit goes with --mode per-connection or prefork, or with a program: iterative mode has no other process":
    "--limit은 --mode per-connection이나 prefork, 또는 프로그램과 함께 씁니다. iterative 모드에는 다른 프로세스가 없습니다",
  "--limit memory goes with a program: a worker's engine reserves far more addresses than it uses memory":
    "--limit memory는 프로그램(--)과 함께 씁니다. 자식 프로세스(워커)의 엔진은 실제로 쓰는 메모리보다 훨씬 많은 주소를 잡아 둡니다",
  "--transport unix does not go with a program, which gets its connection by socket or by pipe":
    "--transport unix는 프로그램과 함께 쓸 수 없습니다. 프로그램은 연결을 socket이나 pipe로 받습니다",
  "--idle-timeout needs --transport pipe with a program: over a socket only the program sees the bytes":
    "프로그램에 --idle-timeout을 쓰려면 --transport pipe가 필요합니다. socket으로는 프로그램만 바이트를 봅니다",
  "--transport pipe carries one connection: it goes with --mode per-connection":
    "--transport pipe는 연결 하나만 나릅니다. --mode per-connection과 함께 씁니다",
  "--tls-cert needs --tls-key": "--tls-cert에는 --tls-key가 있어야 합니다",
  "--tls-key needs --tls-cert": "--tls-key에는 --tls-cert가 있어야 합니다",
  "--tls-client-ca needs --tls-cert and --tls-key":
    "--tls-client-ca에는 --tls-cert와 --tls-key가 있어야 합니다",
  "--tls-cert does not go with --transport socket, where no byte passes the server to be decrypted: use --transport pipe, or unix for a worker":
    "--tls-cert는 --transport socket과 함께 쓸 수 없습니다. 그때는 바이트가 서버를 지나지 않아 복호화할 수 없습니다: --transport pipe를 쓰십시오. 자식 프로세스(워커)에는 unix도 됩니다",
  "--tls-cert does not go with --fault {name}, which is made with --transport socket":
    "--tls-cert는 --transport socket으로 하는 --fault {name}과(와) 함께 쓸 수 없습니다",
  "--transport pipe does not go with --spare": "--transport pipe는 --spare와 함께 쓸 수 없습니다",
  "--fault {name} goes with {what}, not with {not}":
    "--fault {name}에는 {what}만 쓸 수 있고, {not}은(는) 쓸 수 없습니다",
  "--fault {name} does not go with --spare": "--fault {name}은(는) --spare와 함께 쓸 수 없습니다",
  "--fault {name} does not go with --max-connections":
    "--fault {name}은(는) --max-connections와 함께 쓸 수 없습니다",
  "the echo": "에코",
  "the echo or a program": "에코나 프로그램",
  "a module": "모듈",
  "a program": "프로그램",

  "{flag} {value}: this process may open {files} files, enough for {connections} connections (see ulimit -n)":
    "{flag} {value}: 이 프로세스가 열 수 있는 파일은 {files}개이고, 연결 {connections}개에 충분합니다 (ulimit -n을 보십시오)",
  "--spare {spare}: this process may open {files} files, which leaves none for connections (see ulimit -n)":
    "--spare {spare}: 이 프로세스가 열 수 있는 파일은 {files}개이고, 연결에 쓸 것이 남지 않습니다 (ulimit -n을 보십시오)",
};
