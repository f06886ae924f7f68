/**
 * The report of `brood compare`.
 *
 * @module
 */

import type { Messages } from "../messages.ts";

/** Its words and sentences. */
export const COMPARISON: Messages = {
  "1 model": "모델 1개",
  "{count} models": "모델 {count}개",
  "1 client at once": "동시에 클라이언트 1개",
  "{count} clients at once": "동시에 클라이언트 {count}개",
  "1 round": "1회",
  "{count} rounds": "{count}회",
  "{count} s": "{count}초",
  "{what} (stopped early)": "{what} (도중에 멈춤)",
  "Nothing was measured.": "아무것도 재지 못했습니다.",
  "Left out": "빠진 것",
  "Left out: {model} ({reason})": "빠진 것: {model} ({reason})",
  "A figure of one round says nothing about the next: nothing is ranked.":
    "한 번 잰 값은 다음 값에 대해 아무것도 말해 주지 않으므로 순위를 매기지 않습니다.",
  "The rounds of a figure lie {middle} of it apart in the middle of all figures, {most} at most (spread). A rank counts the models that are better in every round.":
    "여러 번 잰 값들은 보통 {middle}, 많으면 {most}까지 서로 벌어져 있습니다(편차). 순위는 매번 더 나았던 모델의 수로 정합니다.",
  "spread": "편차",

  "Models of a server, compared": "서버 모델 비교",
  "What each shows": "모델마다 보여 주는 것",
  "Figures": "측정값",
  "The small figures are the spreads.": "작은 숫자는 편차입니다.",
  "higher is better": "클수록 좋음",
  "lower is better": "작을수록 좋음",
  "The rounds do not tell them apart.": "여러 번 재어도 차이가 드러나지 않습니다.",
  "Ranks: {places}": "순위: {places}",
  "Time to the first echo": "첫 에코까지의 시간",
  "Round trip": "왕복 시간",
  "by percentile": "백분위별",
  "percentile: so many took no longer": "백분위: 이만큼은 더 오래 걸리지 않았습니다",

  "connections": "연결",
  "per second": "초당",
  "first echo": "첫 에코",
  "round trip": "왕복",
  "median, ms": "중앙값, ms",
  "median, us": "중앙값, us",
  "99th, ms": "99번째, ms",
  "99th, us": "99번째, us",
  "one stream": "스트림 하나",
  "MB/s": "MB/s",
  "processes": "프로세스",
  "memory of": "클라이언트당",
  "a client, MB": "메모리, MB",
  "memory of a client": "클라이언트당 메모리",
  "CPU of a": "연결당",
  "connection, ms": "CPU 시간, ms",
  "connections per second": "초당 연결 수",
  "time to the first echo, median, ms": "첫 에코까지의 시간, 중앙값, ms",
  "time to the first echo, 99th percentile, ms": "첫 에코까지의 시간, 99번째 백분위, ms",
  "round trip, median, us": "왕복 시간, 중앙값, us",
  "round trip, 99th percentile, us": "왕복 시간, 99번째 백분위, us",
  "bytes in one stream, MB/s": "스트림 하나의 바이트, MB/s",
  "memory of a client that does nothing, MB": "아무것도 하지 않는 클라이언트의 메모리, MB",
  "CPU of a connection, ms": "연결 하나의 CPU 시간, ms",

  "{lesson} ({figure}: {ratio} times that of {model}).":
    "{lesson} ({figure}: {model}의 {ratio}배).",
  "{lesson} ({figure}: not to be told from {model} here).":
    "{lesson} ({figure}: 여기에서는 {model}과(와) 차이가 드러나지 않음).",
  "{lesson}.": "{lesson}.",
  "One process serves one client after the other, without a process to start or to switch to, and lets all others wait":
    "프로세스 하나가 클라이언트를 차례로 처리합니다. 프로세스를 시작하거나 바꿀 일이 없지만 다른 클라이언트는 모두 기다립니다",
  "A process is started for each client, and its start is what a connection costs":
    "클라이언트마다 프로세스를 시작합니다. 연결의 비용은 곧 프로세스를 시작하는 비용입니다",
  "The process of a client has the socket itself, so that no byte passes the parent; its start costs what it did":
    "클라이언트의 프로세스가 소켓을 직접 가지므로 바이트가 부모를 거치지 않습니다. 시작하는 비용은 그대로입니다",
  "Processes are started before their clients come, which helps as long as no more come than can be started again":
    "클라이언트가 오기 전에 프로세스를 시작해 둡니다. 다시 시작할 수 있는 만큼만 올 때에 도움이 됩니다",
  "Started ahead and given the socket: a client waits for less, the machine works for it as much":
    "미리 시작해 두고 소켓을 줍니다. 클라이언트는 덜 기다리지만 컴퓨터가 하는 일은 그대로입니다",
  "The processes stay and take one client after the other, so that nobody pays for a start":
    "프로세스가 남아서 클라이언트를 차례로 맡으므로 시작하는 비용이 없습니다",
  "Descriptors are passed to processes that stay, and the parent has no part in the bytes":
    "남아 있는 프로세스에 디스크립터를 넘기고, 부모는 바이트에 관여하지 않습니다",
  "The same loop in C, with room for two in its queue: who finds it full is told nothing, and tries again a second later":
    "같은 반복문을 C로 쓴 것입니다. 대기열에 둘만 들어가고, 가득 찬 것을 만난 클라이언트는 아무 말도 듣지 못하고 1초 뒤에 다시 시도합니다",
  "fork() copies a small process that runs already, where our servers start a whole program":
    "fork()는 이미 실행 중인 작은 프로세스를 복사합니다. 이 프로그램의 서버는 프로그램 전체를 시작합니다",

  "{count} connections in all: too few for a 99th percentile":
    "연결이 모두 {count}개입니다. 99번째 백분위를 말하기에는 너무 적습니다",
  "{count} round trips in all: too few for a 99th percentile":
    "왕복이 모두 {count}번입니다. 99번째 백분위를 말하기에는 너무 적습니다",
  "{count} connections in all: too few, its figures are a guess":
    "연결이 모두 {count}개입니다. 너무 적어서 값은 짐작일 뿐입니다",
  "{count} connections failed: {reasons}": "연결 {count}개가 실패했습니다: {reasons}",
};
