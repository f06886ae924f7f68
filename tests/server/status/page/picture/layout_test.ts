/** Where the parts of the picture are: nothing lies on anything else, however wide the window is. */

import { columnsOf } from "../../../../../server/status/page/format.ts";
import {
  type Frame,
  frameOf,
  heightOf,
  WIDE_FROM,
} from "../../../../../server/status/page/picture/frame.ts";
import {
  layoutGrid,
  nextInGrid,
  placeInGrid,
} from "../../../../../server/status/page/picture/grid_layout.ts";
import {
  type Box,
  type Label,
  layoutRow,
  PADDING,
} from "../../../../../server/status/page/picture/row_layout.ts";
import { sceneOf, type SceneRow } from "../../../../../server/status/page/picture/scene.ts";
import { LANGUAGES } from "../../../../../server/status/page/settings.ts";
import { wordsIn } from "../../../../../server/status/page/texts/words.ts";
import { assert, assertEquals } from "../../../../assert.ts";
import { PlayedServer } from "../played_status.ts";

const WIDTHS = [328, 400, 600, WIDE_FROM - 1, WIDE_FROM, 1120, 1800];

/** Letters of the labels are no wider, nor higher. */
const LETTER = { width: 6.6, height: 11 };

function rowOf(transport: string): SceneRow {
  const server = new PlayedServer({ transport });
  server.connects(1, { host: "2001:db8:1234:5678:9abc:def0:1234:5678" });
  server.sends(1, "안녕하세요 ".repeat(30));
  server.sample({ processes: server.processes() });
  const [row] = sceneOf(server.state, { now: Date.now(), lit: new Set() }).rows;
  assert(row !== undefined);
  return row;
}

function boxOf({ x, y, anchor, text }: Label): Box {
  const width = columnsOf(text) * LETTER.width;
  const left = { start: x, middle: x - width / 2, end: x - width }[anchor];
  return { x: left, y: y - LETTER.height + 2, width, height: LETTER.height };
}

function overlap(a: Box, b: Box): boolean {
  const isBeside = a.x + a.width <= b.x || b.x + b.width <= a.x;
  const isAbove = a.y + a.height <= b.y || b.y + b.height <= a.y;
  return !isBeside && !isAbove;
}

for (const width of WIDTHS) {
  Deno.test(`in a picture of ${width} pixels, no text lies on another or on a box`, () => {
    const frame = frameOf(width);
    const { parent, rowHeight } = frame;
    for (const language of LANGUAGES) {
      for (const transport of ["unix", "pipe", "socket"]) {
        const row = layoutRow(rowOf(transport), { frame, words: wordsIn(language) });
        const labels = [row.wire, ...row.sockets].flatMap((line) => line?.labels ?? [])
          .filter(({ text }) => text !== "");
        const places: (readonly [name: string, box: Box])[] = [
          ["the parent", { ...parent, y: 0, height: rowHeight }],
          ...labels.map((label) => [label.text, boxOf(label)] as const),
        ];
        if (row.worker !== null) places.push(["the worker", row.worker]);
        if (row.client !== null) places.push(["the client", row.client]);
        for (const [index, [name, box]] of places.entries()) {
          const isInside = box.x >= 0 && box.x + box.width <= width && box.y >= 0 &&
            box.y + box.height <= rowHeight;
          assert(isInside, `${name} is outside: ${language}, ${transport}`);
          for (const [other, otherBox] of places.slice(index + 1)) {
            assert(!overlap(box, otherBox), `${name} on ${other}: ${language}, ${transport}`);
          }
        }
      }
    }
  });

  Deno.test(`in a picture of ${width} pixels, a client's texts have room in its box`, () => {
    const frame = frameOf(width);
    const row = layoutRow(rowOf("unix"), { frame, words: wordsIn("en") });
    for (const text of [row.address, row.message]) {
      assert(text.endsWith("…") || text.length > 0);
      assert(columnsOf(text) * 7.2 <= frame.client.width - 2 * PADDING, text);
    }
  });

  for (const count of [25, 40, 200, 1000, 2000]) {
    Deno.test(`${count} cells have places of their own in ${width} pixels`, () => {
      const layout = layoutGrid(count, width);
      const places = new Set<string>();
      for (let index = 0; index < count; index++) {
        const { x, y } = placeInGrid(index, layout);
        assert(x >= 0 && x + layout.width <= Math.max(width, layout.width), `${x}`);
        assert(y + layout.height <= layout.total, `${y}`);
        places.add(`${x},${y}`);
      }
      assertEquals(places.size, count);
    });
  }
}

Deno.test("the client's line ends at who has its socket", () => {
  const frame = frameOf(1120);
  const linesOf = (transport: string) =>
    layoutRow(rowOf(transport), { frame, words: wordsIn("en") }).sockets;
  const edge = frame.parent.x + frame.parent.width;
  assertEquals(linesOf("unix").map(({ kind }) => kind), ["socket"]);
  assert(linesOf("unix")[0]?.path.endsWith(`H${edge}`));
  assertEquals(linesOf("socket").map(({ kind }) => kind), ["closed", "socket"]);
  const [, right = 0] = /H(\d+)V/.exec(linesOf("socket")[1]?.path ?? "") ?? [];
  const { x, width } = frame.worker;
  assert(Number(right) > x && Number(right) < x + width, `${right}`);
});

Deno.test("a picture is as high as its rows, and has room for a word where there are none", () => {
  const { headHeight, rowHeight }: Frame = frameOf(1120);
  assertEquals([0, 1, 3].map((rows) => heightOf(frameOf(1120), rows)), [
    ...[headHeight + rowHeight, headHeight + rowHeight, headHeight + 3 * rowHeight],
  ]);
});

Deno.test("cells tell their pids as long as they are few", () => {
  assertEquals([40, 1000].map((count) => layoutGrid(count, 900).isNamed), [true, false]);
});

Deno.test("arrow keys go from cell to cell, and no farther than the last", () => {
  const grid = { index: 4, count: 10, columns: 4 };
  const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "x"];
  const next = keys.map((key) => nextInGrid(key, grid));
  assertEquals(next, [3, 5, 0, 8, 0, 9, null]);
  assertEquals(nextInGrid("ArrowDown", { ...grid, index: 9 }), 9);
});
