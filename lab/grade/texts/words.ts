/**
 * The words of the report around its tests, in both languages.
 *
 * @module
 */

import type { Text } from "./text.ts";

/** The words. */
export const WORDS = {
  why: { en: "Why it matters", ko: "왜 중요한가" },
  look: { en: "What to look at", ko: "무엇을 볼 것인가" },
  does: { en: "What it does", ko: "무엇을 하는가" },
  counts: {
    en: "{passed} passed, {failed} failed, {skipped} skipped",
    ko: "통과 {passed}, 실패 {failed}, 건너뜀 {skipped}",
  },
  output: { en: "The server's last lines:", ko: "서버가 마지막으로 출력한 줄:" },
} as const satisfies Readonly<Record<string, Text>>;

/** The groups of tests. */
export const GROUPS = {
  talks: { en: "It answers its clients", ko: "클라이언트에게 응답한다" },
  concurrent: { en: "It serves several at the same time", ko: "여러 클라이언트를 동시에 처리한다" },
  processes: { en: "It has a process for each client", ko: "클라이언트마다 자식 프로세스가 있다" },
  reaps: { en: "It waits for its children", ko: "자식의 종료를 기다린다" },
  survives: { en: "It goes on whatever happens", ko: "무슨 일이 있어도 계속 실행된다" },
} as const satisfies Readonly<Record<string, Text>>;

/** A group's name. */
export type GroupName = keyof typeof GROUPS;
