/**
 * What a command could not do, and what the client tells.
 *
 * @module
 */

import type { Messages } from "../messages.ts";

/** Its messages. */
export const FAILURES: Messages = {
  "Cannot start {what}: {reason}": "{what}을(를) 시작할 수 없습니다: {reason}",
  "Cannot start sh: {reason}": "셸(sh)을 시작할 수 없습니다: {reason}",
  "the shell has ended": "셸이 종료했습니다",
  "the guard": "감시 프로세스(guard)",
  "the keeper": "채점용 부모 프로세스(keeper)",
  "the process of the status page": "상태 페이지의 프로세스",
  "Cannot write to standard output: {reason}": "표준 출력에 쓸 수 없습니다: {reason}",
  "Cannot read standard input: {reason}": "표준 입력을 읽을 수 없습니다: {reason}",
  "Cannot give up the permission {name}: it is still granted":
    "권한 {name}을(를) 내려놓을 수 없습니다. 아직 남아 있습니다",
  "Cannot call the C library: {reason}": "C 라이브러리를 부를 수 없습니다: {reason}",

  "Cannot connect to {server}: {reason}": "{server}에 접속할 수 없습니다: {reason}",
  "Cannot connect to {server} with TLS: {reason}": "{server}에 TLS로 접속할 수 없습니다: {reason}",
  "Cannot use the CAs in {path}: {reason}": "{path}의 CA를 쓸 수 없습니다: {reason}",
  "--insecure needs Deno {since} or later, and this is {version}: there the end of what is sent would also end the answers (--tls-ca FILE works)":
    "--insecure에는 Deno {since} 이상이 필요한데, 이것은 {version}입니다. 이 버전에서는 보내기를 끝내면 답까지 끊깁니다 (--tls-ca FILE은 됩니다)",
  "Lost the connection to {server}: {reason}": "{server}과(와)의 연결이 끊겼습니다: {reason}",
  "connected to {server} (local port {port})": "{server}에 접속했습니다 (이쪽 포트 {port})",
  "the server has closed the connection": "서버가 연결을 닫았습니다",
  "client {pid}: reads the keyboard and writes to {server}":
    "클라이언트 {pid}: 키보드를 읽어 {server}에 씁니다",
  "reader {pid}: prints what the server sends":
    "읽는 프로세스 {pid}: 서버가 보내는 것을 출력합니다",
  "client {pid}: reads the keyboard, writes to {server}, prints what it sends":
    "클라이언트 {pid}: 키보드를 읽어 {server}에 쓰고, 서버가 보내는 것을 출력합니다",
  "Cannot start the reader: {reason}": "읽는 프로세스를 시작할 수 없습니다: {reason}",
  "The reader (process {pid}) was killed by {signal}":
    "읽는 프로세스({pid})가 시그널 {signal}에 의해 종료되었습니다",

  "Cannot write the report: nobody reads it": "보고서를 쓸 수 없습니다: 읽는 쪽이 없습니다",
  "Cannot write {path}: {reason}": "{path}에 쓸 수 없습니다: {reason}",
  "Cannot write {path}: Deno's permissions do not allow it (--allow-read, --allow-write)":
    "{path}에 쓸 수 없습니다: Deno의 권한이 없습니다 (--allow-read, --allow-write)",
  "Cannot start a load process: {reason}": "부하를 만드는 프로세스를 시작할 수 없습니다: {reason}",
  "load process {pid} {how}": "부하를 만드는 프로세스 {pid}이(가) {how}",
  "{what}: its {connections} connections count as failed":
    "{what}. 그 프로세스의 연결 {connections}개는 실패로 셉니다",

  "Cannot go on: the keeper was killed, which is the server's parent":
    "계속할 수 없습니다: 서버의 부모인 채점용 프로세스(keeper)가 강제로 종료되었습니다",
  "Interrupted: not all was tested": "중단했습니다: 모두 검사하지는 못했습니다",

  "it took too long to answer": "대답하는 데 너무 오래 걸렸습니다",
  "the server closed a connection early": "서버가 연결을 일찍 닫았습니다",
  "a message came back as another one": "보낸 것과 다른 것이 돌아왔습니다",
  "{bytes} of {sent} bytes of a stream came back":
    "스트림의 {sent}바이트 가운데 {bytes}바이트만 돌아왔습니다",
  "a connection was lost": "연결이 끊겼습니다",
  "it has ended": "종료했습니다",
  "it did not listen within {seconds} s": "{seconds}초 안에 듣기 시작하지 않았습니다",
};
