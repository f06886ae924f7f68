/** What the examples of several machines say of a server is true: its flags, and how long it may take to stop. */

import { parse, parseAllDocuments } from "yaml";
import { parseServerOptions, type ServerOptions } from "../server/command.ts";
import { assert, assertEquals, assertGreaterOrEqual } from "./assert.ts";
import { EXAMPLE, readServerArgs } from "./support/haproxy_example.ts";

async function readExample(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(`../examples/${path}`, import.meta.url));
}

function optionsOf(args: readonly string[]): ServerOptions {
  const options = parseServerOptions(args);
  assert(typeof options !== "string");
  return options;
}

/** The number behind a word of HAProxy's configuration. */
function numberOf(text: string, word: string): number {
  const [, number] = new RegExp(`^ +default-server .*\\b${word} (\\d+)`, "m").exec(text) ?? [];
  assert(number !== undefined, word);
  return Number(number);
}

Deno.test("the servers of examples/haproxy drain for longer than HAProxy takes to see that", async () => {
  const text = await Deno.readTextFile(EXAMPLE);
  const options = optionsOf(await readServerArgs());
  assertEquals([options.port, options.proxyFrom.length], [9000, 1]);
  assertEquals(options.status?.port, Number(/check port (\d+)/.exec(text)?.[1]));
  assertEquals(options.workers, numberOf(text, "maxconn"));
  const seenAfterMs = numberOf(text, "inter") * 1000 * numberOf(text, "fall");
  assertGreaterOrEqual(options.drainDelayMs, 2 * seenAfterMs);
});

Deno.test("a pod of examples/kubernetes has the time that its server takes to stop", async () => {
  const [document] = parseAllDocuments(await readExample("kubernetes/brood.yaml"));
  const { spec: { template: { spec } } } = parse(String(document));
  const [{ args: [command, ...args], ports, readinessProbe }] = spec.containers;
  assertEquals(command, "server");
  const options = optionsOf(args);
  const numbers = ports.map(({ containerPort }: { containerPort: number }) => containerPort);
  assertEquals(numbers, [options.port, options.status?.port]);
  const stopMs = options.drainDelayMs + options.graceMs;
  assertGreaterOrEqual(spec.terminationGracePeriodSeconds * 1000, stopMs + 5000);
  const { httpGet, periodSeconds, failureThreshold } = readinessProbe;
  assertEquals(httpGet, { path: "/health", port: "status" });
  assertGreaterOrEqual(options.drainDelayMs, 2 * periodSeconds * failureThreshold * 1000);
});
