import { assert, assertEquals } from "../assert.ts";
import { findOwn } from "../../bench/contenders.ts";
import { CLoad } from "../../bench/load_c.ts";
import { ClientLoad } from "../../bench/load_client.ts";
import { planOverhead } from "../../bench/overhead.ts";
import { ServerPool } from "../../bench/servers.ts";
import { planStartup } from "../../bench/startup.ts";
import { planThousand } from "../../bench/thousand.ts";
import { type Bench, planTrials } from "../../bench/trials.ts";

const HELP = `Options:
  --mode per-connection|iterative|prefork
  --transport unix|pipe|socket
  --max-connections N
  --workers N
  --spare N
PROGRAM`;

/** A bench with our own contenders and, unless told, a load program in C. Nothing is started. */
function benchOf(options: Partial<Bench> = {}): Bench {
  const { signal } = new AbortController();
  const context = { folder: "", signal };
  return {
    contenders: findOwn({ name: "ours", command: ["brood"], help: HELP }).present,
    c: new CLoad("load", signal),
    client: new ClientLoad(["brood"], signal),
    pool: new ServerPool(context),
    context,
    seconds: 1,
    ...options,
  };
}

/** The trials that one of our own contenders takes part in. */
function planOf(id: string, bench = benchOf()): string[] {
  return planTrials(bench).filter(({ subjects }) => subjects.some((subject) => subject.id === id))
    .map((trial) => trial.id);
}

Deno.test("planTrials() leaves nothing out for workers on a socket", () => {
  assertEquals(planOf("per-connection"), [
    "memory-16",
    "connections-16",
    "connections-1",
    "connections-rate-20",
    "round-trips-1",
    "round-trips-16",
    "streams-1",
    "streams-4",
  ]);
});

Deno.test("planTrials() measures a program in all but four streams", () => {
  assertEquals(planOf("program"), [
    "memory-16",
    "connections-16",
    "connections-1",
    "connections-rate-20",
    "round-trips-1",
    "round-trips-16",
    "streams-1",
  ]);
});

Deno.test("planTrials() measures the pipe transport where it can differ from the socket", () => {
  assertEquals(planOf("pipe"), [
    "memory-16",
    "connections-16",
    "connections-rate-20",
    "round-trips-1",
    "round-trips-16",
    "streams-1",
  ]);
});

Deno.test("planTrials() gives a server that serves one after the other no clients that stay", () => {
  assertEquals(planOf("iterative"), [
    "connections-16",
    "connections-1",
    "round-trips-1",
    "streams-1",
  ]);
});

Deno.test("planTrials() leaves out what only the load program in C can do, where that is missing", () => {
  const bench = benchOf({ c: null });
  assertEquals(planOf("per-connection", bench), [
    "connections-16",
    "connections-1",
    "connections-rate-20",
    "round-trips-1",
    "round-trips-16",
  ]);
  assertEquals([planStartup(bench), planThousand(bench), planOverhead(bench)], [null, null, null]);
});

Deno.test("planOverhead() compares the two load programs under the server in C", () => {
  const [ours] = benchOf().contenders;
  assert(ours !== undefined);
  assertEquals(planOverhead(benchOf()), null);
  const trial = planOverhead(benchOf({ contenders: [{ ...ours, id: "fork_echo" }] }));
  assertEquals(trial?.subjects.map(({ id, name }) => `${id}: ${name}`), [
    "c: load.c",
    "client: brood client --load",
  ]);
});
