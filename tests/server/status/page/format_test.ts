import {
  columnsOf,
  cutTo,
  formatAddress,
  formatBytes,
  formatDescriptors,
  formatMs,
  formatNumber,
  formatPercent,
} from "../../../../server/status/page/format.ts";
import { assertEquals } from "../../../assert.ts";

Deno.test("a number has as many digits as tell something", () => {
  const shown = [0, 1, 0.123, 12.34, 99.96, 1234.5, 1e6].map(formatNumber);
  assertEquals(shown, ["0", "1", "0.12", "12.3", "100", "1,235", "1,000,000"]);
});

Deno.test("bytes are told in the unit that keeps them short", () => {
  const shown = [0, 1023, 1024, 1536, 48_000_000, null].map(formatBytes);
  assertEquals(shown, ["0 B", "1,023 B", "1 KiB", "1.5 KiB", "45.8 MiB", "–"]);
});

Deno.test("a span of time is told in the units that people say", () => {
  const spans = [0, 0.4, 1, 340, 999.4, 1000, 12_345, 59_400, 59_600, 245_000, 300_000, 7_380_000];
  const shown = spans.map(formatMs);
  assertEquals(shown, [
    ...["0 ms", "< 1 ms", "1 ms", "340 ms", "999 ms", "1 s", "12.3 s", "59.4 s"],
    ...["1 min", "4 min 5 s", "5 min", "2 h 3 min"],
  ]);
  assertEquals(formatMs(null), "–");
});

Deno.test("CPU time is told in parts of one CPU", () => {
  assertEquals([0, 0.5, 1.75, null].map(formatPercent), ["0 %", "50 %", "175 %", "–"]);
});

Deno.test("an IPv6 address stands in brackets", () => {
  assertEquals(formatAddress("127.0.0.1", 9000), "127.0.0.1:9000");
  assertEquals(formatAddress("::1", 9000), "[::1]:9000");
});

Deno.test("descriptors that are not known are not told, and of many only the first", () => {
  const lists = [null, [], [5], [5, 6], [5, 6, 7, 8]];
  assertEquals(lists.map(formatDescriptors), ["", "", "fd 5", "fd 5, 6", "fd 5, 6, 7, …"]);
});

Deno.test("a text is cut where its room ends, a Korean letter taking two columns", () => {
  assertEquals(columnsOf("안녕 a"), 6);
  assertEquals(cutTo("hello", 5), "hello");
  assertEquals(cutTo("hello!", 5), "hell…");
  assertEquals(cutTo("안녕하세요", 7), "안녕하…");
  assertEquals(cutTo("🐣🐣🐣", 5), "🐣🐣…");
});
