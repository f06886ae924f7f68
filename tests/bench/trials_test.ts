import { assertEquals } from "../assert.ts";
import { findOwn } from "../../bench/contenders.ts";
import { Load } from "../../bench/load.ts";
import { ServerPool } from "../../bench/servers.ts";
import { planTrials } from "../../bench/trials.ts";

const HELP = `Options:
  --mode per-connection|iterative|prefork
  --transport unix|pipe
  --max-connections N
  --workers N
  --spare N
PROGRAM`;

/** The trials that each of our own contenders takes part in. Nothing is started for that. */
async function planOf(id: string): Promise<string[]> {
  const context = { folder: "", signal: new AbortController().signal };
  const { present } = findOwn({ name: "ours", command: ["brood"], help: HELP });
  const trials = planTrials({
    contenders: present,
    load: await Load.open("deno", context),
    pool: new ServerPool(context),
    context,
    seconds: 1,
  });
  return trials.filter(({ subjects }) => subjects.some((subject) => subject.id === id))
    .map((trial) => trial.id);
}

Deno.test("planTrials() leaves nothing out for workers on a socket", async () => {
  assertEquals(await planOf("per-connection"), [
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

Deno.test("planTrials() measures a program in all but four streams", async () => {
  assertEquals(await planOf("program"), [
    "memory-16",
    "connections-16",
    "connections-1",
    "connections-rate-20",
    "round-trips-1",
    "round-trips-16",
    "streams-1",
  ]);
});

Deno.test("planTrials() measures the pipe transport where it can differ from the socket", async () => {
  assertEquals(await planOf("pipe"), [
    "memory-16",
    "connections-16",
    "connections-rate-20",
    "round-trips-1",
    "round-trips-16",
    "streams-1",
  ]);
});

Deno.test("planTrials() gives a server that serves one after the other no clients that stay", async () => {
  assertEquals(await planOf("iterative"), [
    "connections-16",
    "connections-1",
    "round-trips-1",
    "streams-1",
  ]);
});
