/**
 * Why something failed, in a few words: what the operating system reports.
 *
 * @module
 */

import type { Messages } from "../messages.ts";

/** The reasons. */
export const REASONS: Messages = {
  "permission denied": "권한이 없습니다",
  "address already in use": "이미 쓰이고 있는 주소입니다",
  "this machine has no such address": "이 컴퓨터에 없는 주소입니다",
  "it is not ready for more": "아직 더 받을 수 없습니다",
  "this machine does not support that kind of address":
    "이 컴퓨터에서 쓸 수 없는 종류의 주소입니다",
  "it is not open for that": "그렇게 쓰도록 열려 있지 않습니다",
  "connection refused": "접속이 거부되었습니다",
  "connection reset by the other side": "상대가 연결을 강제로 끊었습니다(reset)",
  "no route to that host": "그 컴퓨터로 가는 길이 없습니다",
  "it is a folder": "폴더입니다",
  "too many open files in this process (see ulimit -n)":
    "이 프로세스가 연 파일이 너무 많습니다 (ulimit -n을 보십시오)",
  "network is unreachable": "네트워크에 닿을 수 없습니다",
  "too many open files in the system": "시스템 전체에 열린 파일이 너무 많습니다",
  "no such file or directory": "그런 파일이나 폴더가 없습니다",
  "out of memory": "메모리가 모자랍니다",
  "not a directory": "폴더가 아닙니다",
  "no space left on the device": "디스크에 남은 공간이 없습니다",
  "no such device, or a pipe that nobody reads": "그런 장치가 없거나, 읽는 쪽이 없는 파이프입니다",
  "the system does not permit it": "시스템이 허용하지 않습니다",
  "broken pipe: nobody reads it any more": "파이프를 읽는 쪽이 더 이상 없습니다(broken pipe)",
  "the file system is read-only": "읽기만 할 수 있는 파일 시스템입니다",
  "timed out": "시간이 다 되었습니다",
  "the limit of processes or memory is reached": "프로세스 수나 메모리의 한도에 이르렀습니다",
  "the host name could not be resolved": "호스트 이름의 주소를 찾지 못했습니다",
  "no such host": "그런 호스트가 없습니다",

  "no handshake within {seconds} s (does it speak TLS on that port?)":
    "{seconds}초 안에 TLS 연결(handshake)을 마치지 못했습니다 (그 포트에서 TLS를 씁니까?)",
  "it took too long": "너무 오래 걸렸습니다",
  "the server has closed the connection during the handshake":
    "TLS 연결(handshake)을 맺는 중에 서버가 연결을 닫았습니다",
  "nobody who is trusted has issued its certificate (--tls-ca FILE trusts a CA, --insecure verifies nothing)":
    "믿을 수 있는 곳에서 발급한 인증서가 아닙니다 (--tls-ca FILE은 CA를 더 믿고, --insecure는 아무것도 확인하지 않습니다)",
  "its certificate is that of a CA, which is none of a server (make it with basicConstraints=CA:FALSE, or --insecure)":
    "서버의 인증서가 아니라 CA의 인증서입니다 (basicConstraints=CA:FALSE로 만들거나 --insecure를 쓰십시오)",
  "its certificate was not issued by the CA that it names":
    "인증서에 적힌 CA가 발급한 것이 아닙니다",
  "its certificate has expired": "인증서의 기한이 지났습니다",
  "its certificate is not valid yet (or this clock is wrong)":
    "인증서의 기한이 아직 시작되지 않았습니다 (또는 이 컴퓨터의 시계가 틀립니다)",
  "its certificate is not valid: {reason}": "인증서가 올바르지 않습니다: {reason}",
  "its certificate is for {names}, and not for {name}":
    "{names}의 인증서이고, {name}의 것이 아닙니다",
  "its certificate names no server, and not {name}":
    "인증서에 서버의 이름이 없어, {name}의 것이 아닙니다",
  "the server has refused it: {alert}": "서버가 거절했습니다: {alert}",
  "what the server answers is no TLS (does it speak TLS on that port?)":
    "서버의 답이 TLS가 아닙니다 (그 포트에서 TLS를 씁니까?)",
  "the server wants a certificate of its client, and there is none":
    "서버가 클라이언트의 인증서를 요구하는데, 이쪽에는 없습니다",
  "the server has ended TLS: {alert}": "서버가 TLS를 끝냈습니다: {alert}",
  "what the server sent is no TLS: {reason}": "서버가 보낸 것이 TLS가 아닙니다: {reason}",
  "it was closed without the end that TLS has (close_notify): what came may be cut off":
    "TLS의 끝(close_notify) 없이 닫혔습니다. 받은 것이 중간에 잘렸을 수 있습니다",
  "it is more than any list of CAs has": "CA의 목록이라기에는 너무 깁니다",
  "it has no certificate as PEM": "PEM 형식의 인증서가 없습니다",
  "certificate {number} in it is damaged": "그 안의 {number}번째 인증서가 손상되었습니다",

  "{reason} (is a server listening there?)": "{reason} (그곳에서 듣는 서버가 있습니까?)",
  "no answer within {seconds} s": "{seconds}초 안에 대답이 없습니다",
  "{reason} (ports below 1024 need a privilege; choose a higher one)":
    "{reason} (1024보다 작은 포트에는 특별한 권한이 필요합니다. 더 큰 번호를 고르십시오)",
  "{reason} (choose another port, or 0 for a free one)":
    "{reason} (다른 포트를 고르거나, 빈 포트를 쓰려면 0을 고르십시오)",

  "exited with status {status}": "반환 값 {status}(으)로 종료했습니다",
  "was killed by {signal}": "시그널 {signal}에 의해 종료되었습니다",

  "this works on Linux alone, and here is {os}": "리눅스에서만 되는 일인데, 이 컴퓨터는 {os}입니다",
  "this works on {machines}, and here is {machine}":
    "{machines}에서만 되는 일인데, 이 컴퓨터는 {machine}입니다",
  "this works on {one} and {other}, and here is {arch}":
    "{one}와(과) {other}에서만 되는 일인데, 이 컴퓨터는 {arch}입니다",
  "it may not be loaded (see --allow-ffi)": "읽어 들일 권한이 없습니다 (--allow-ffi를 보십시오)",
  "this machine has no glibc that can be loaded ({error})":
    "이 컴퓨터에는 읽어 들일 수 있는 glibc가 없습니다 ({error})",
};
