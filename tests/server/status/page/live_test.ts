import { LIT_MS, LiveServer, type Source } from "../../../../server/status/page/live.ts";
import { assert, assertEquals } from "../../../assert.ts";
import { PlayedServer } from "./played_status.ts";

/** A connection to the server, and what happens to it. */
class PlayedSource implements Source {
  readyState = 1;
  readonly #listeners = new Map<string, (event: { readonly data?: unknown }) => void>();

  addEventListener(name: string, listener: (event: { readonly data?: unknown }) => void): void {
    this.#listeners.set(name, listener);
  }

  emit(name: string, data?: unknown): void {
    this.#listeners.get(name)?.({ data: JSON.stringify(data) });
  }

  close(): void {}
}

/** A page's view of a server, whose clock is 5 seconds behind the page's. */
class Played {
  now = 2_000_000;
  readonly sources: PlayedSource[] = [];
  readonly later: (() => void)[] = [];
  readonly server = new PlayedServer();
  readonly live = new LiveServer({
    open: () => {
      const source = new PlayedSource();
      this.sources.push(source);
      return source;
    },
    clock: () => this.now,
    later: (run) => this.later.push(run),
  });

  get serverNow(): number {
    return this.now - 5000;
  }

  get source(): PlayedSource {
    const source = this.sources.at(-1);
    assert(source !== undefined);
    return source;
  }

  tellState(): void {
    this.server.takeChanges();
    this.source.emit("state", this.server.state);
  }

  tellChanges(): void {
    this.source.emit("changes", this.server.takeChanges());
  }
}

Deno.test("the state is that of the server, and changes with it", () => {
  const played = new Played();
  assertEquals(played.live.state, null);
  assertEquals(played.live.link, "connecting");
  played.tellState();
  assertEquals(played.live.link, "open");
  const { version } = played.live;
  played.server.connects(1);
  played.tellChanges();
  assertEquals(played.live.state, played.server.state);
  assert(played.live.version > version);
});

Deno.test("changes before the first state are of no use, and do no harm", () => {
  const played = new Played();
  played.server.connects(1);
  played.tellChanges();
  assertEquals(played.live.state, null);
});

Deno.test("a connection is lit for a moment after bytes have passed, and not by a count that is the same", () => {
  const played = new Played();
  played.server.connects(1, { at: played.serverNow });
  played.server.sends(1, "hello", played.serverNow);
  played.tellState();
  const traffic = [[1, 5, 5]] as const;
  played.source.emit("changes", [{ type: "traffic", at: played.serverNow, traffic }]);
  assertEquals([...played.live.litConnections()], []);
  played.server.sends(1, "again", played.serverNow);
  played.tellChanges();
  assertEquals([...played.live.litConnections()], [1]);
  played.now += LIT_MS;
  assertEquals([...played.live.litConnections()], []);
});

Deno.test("a connection is lit also where the page was too slow to draw it in time", () => {
  const played = new Played();
  played.server.connects(1, { at: played.serverNow });
  played.tellState();
  played.server.sends(1, "hello", played.serverNow);
  played.tellChanges();
  played.now += 2 * LIT_MS;
  assertEquals([...played.live.litConnections()], [1]);
  played.now += LIT_MS - 1;
  assertEquals([...played.live.litConnections()], [1]);
  played.now += 1;
  assertEquals([...played.live.litConnections()], []);
});

Deno.test("the time is the server's", () => {
  const played = new Played();
  played.tellState();
  played.server.connects(1, { at: played.serverNow, startMs: 0 });
  played.now += 2;
  played.tellChanges();
  assert(Math.abs(played.live.now - played.serverNow) <= 2, `${played.live.now}`);
});

Deno.test("a connection that is lost is told, with the state that was, and its time stands still", () => {
  const played = new Played();
  played.server.connects(1);
  played.tellState();
  played.source.emit("error");
  assertEquals(played.live.link, "lost");
  assertEquals(Object.keys(played.live.state?.connections ?? {}), ["1"]);
  const { now } = played.live;
  played.now += 1000;
  assertEquals(played.live.now, now);
  played.tellState();
  assertEquals(played.live.link, "open");
  assert(played.live.now > now);
});

Deno.test("a source that has given up is replaced by a new one", () => {
  const played = new Played();
  played.source.readyState = 2;
  played.source.emit("error");
  assertEquals(played.sources.length, 1);
  for (const run of played.later) run();
  assertEquals(played.sources.length, 2);
  played.tellState();
  assertEquals(played.live.link, "open");
});

Deno.test("when the server has stopped, its time has too", () => {
  const played = new Played();
  played.tellState();
  const at = played.serverNow;
  played.server.happens({ event: "stopped", connectionsAccepted: 0, connectionsAborted: 0 }, at);
  played.tellChanges();
  const { now } = played.live;
  played.now += 1000;
  assertEquals(played.live.now, now);
});
