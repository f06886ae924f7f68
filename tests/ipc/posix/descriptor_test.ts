import { Descriptor, holdOpen, numberOf } from "../../../ipc/posix/descriptor.ts";
import { assertEquals, assertThrows } from "../../assert.ts";
import { posixTest } from "./opened.ts";
import { Pair, targetOf } from "./sockets.ts";

posixTest("Descriptor.close() closes it once, and a second time is an error and no call", () => {
  using pair = new Pair();
  const { one } = pair;
  const { number } = one;
  const target = targetOf(number);
  assertEquals(target?.startsWith("socket:"), true);
  one.close();
  assertEquals(targetOf(number) === target, false);
  assertThrows(() => one.close(), Deno.errors.BadResource, "The descriptor is closed");
  assertEquals(one.isOpen, false);
});

posixTest("Descriptor gives no number when it is closed", () => {
  using pair = new Pair();
  pair.one.close();
  assertThrows(() => pair.one.number, Deno.errors.BadResource, "The descriptor is closed");
  assertThrows(() => numberOf(pair.one), Deno.errors.BadResource);
  assertThrows(() => holdOpen(pair.one, () => {}), Deno.errors.BadResource);
});

posixTest("Descriptor is closed when it is disposed, unless that was done before", () => {
  let number: number;
  let target: string | null;
  {
    using pair = new Pair();
    number = pair.one.number;
    target = targetOf(number);
    pair.other.close();
  }
  assertEquals(targetOf(number) === target, false);
});

posixTest("Descriptor that a thread waits on keeps its number until that has ended", () => {
  using pair = new Pair();
  const { number } = pair.one;
  const target = targetOf(number);
  let ended = 0;
  const releases = [holdOpen(pair.one, () => ended++), holdOpen(pair.one, () => ended++)];
  pair.one.close();
  assertEquals([ended, targetOf(number)], [2, target]);
  assertThrows(() => pair.one.number, Deno.errors.BadResource);
  releases[0]?.();
  assertEquals(targetOf(number), target);
  releases[1]?.();
  assertEquals(targetOf(number) === target, false);
});

posixTest("Descriptor that nobody waits on any more is closed at once", () => {
  using pair = new Pair();
  holdOpen(pair.one, () => {
    throw new RangeError("It was called");
  })();
  const { number } = pair.one;
  const target = targetOf(number);
  pair.one.close();
  assertEquals(targetOf(number) === target, false);
});

posixTest("Descriptor cannot be made of a number by anybody, nor played", () => {
  assertThrows(() => new Descriptor(Symbol("own"), 0), TypeError, "made only by what opens it");
  const played = Object.create(Descriptor.prototype, { number: { value: 0 } });
  assertThrows(() => numberOf(played), TypeError);
  assertEquals([Object.isFrozen(Descriptor), Object.isFrozen(Descriptor.prototype)], [true, true]);
});
