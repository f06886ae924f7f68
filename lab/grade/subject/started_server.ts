/**
 * A server that `brood grade` starts, by its keeper.
 *
 * @module
 */

import type { Clock } from "../../../ipc/clock.ts";
import { findLibcProblem } from "../../../ipc/posix/libc.ts";
import { KeeperProcess } from "../keeper/keeper_process.ts";
import type { ProgramEnd } from "../keeper/messages.ts";
import type { StartObservation } from "../observe/observations.ts";
import { ProcessView } from "../observe/process_view.ts";
import type { ServerAddress } from "../observe/visitor.ts";
import { commandFor } from "./command_for.ts";
import { listeningAddress } from "./listening.ts";
import type { Absence, Subject } from "../observe/subject.ts";

/** How long a server may take to listen: an interpreter is slow to start on a machine with much to do. */
const LISTEN_MS = 9000;
const LOOK_MS = 10;

/** So often it is looked for the end of a server whose process does not run any more. */
const END_LOOKS = 50;

/** Owns the server, with all its processes. */
export class StartedServer implements Subject {
  /** It may be ended. */
  readonly isOurs = true;
  readonly #command: readonly string[];
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #listenMs: number;
  readonly #keeper: KeeperProcess;
  readonly #blind = findLibcProblem();
  #address: ServerAddress = { hostname: "127.0.0.1", port: 0 };
  #view: ProcessView | null = null;
  #hasListened = false;
  #output: readonly string[] = [];
  #end: ProgramEnd | null = null;

  /** Of a program and its arguments. Starts nothing but the keeper. */
  constructor(
    command: readonly string[],
    { clock, signal, patience }: {
      readonly clock: Clock;
      readonly signal: AbortSignal;
      readonly patience: number;
    },
  ) {
    this.#command = command;
    this.#clock = clock;
    this.#signal = signal;
    this.#listenMs = LISTEN_MS * patience;
    this.#keeper = new KeeperProcess(clock);
  }

  /** Where it listens now. */
  get address(): ServerAddress {
    return this.#address;
  }

  /** Its processes, or null. */
  get view(): ProcessView | null {
    return this.#view;
  }

  /** Why its processes cannot be seen, or null. */
  get blind(): string | null {
    return this.#blind ?? this.#keeper.blind;
  }

  /** What it printed last before it ended, or did not start. */
  get output(): readonly string[] {
    return this.#output;
  }

  /** How it ended the last time, or null. */
  get end(): ProgramEnd | null {
    return this.#end;
  }

  /** Starts it for the first time, at a port that is free. */
  async begin(): Promise<StartObservation> {
    await this.#keeper.ready();
    const started = await this.#start(freePort());
    this.#hasListened = started.listeningAfterMs !== null;
    return started;
  }

  async #start(port: number): Promise<StartObservation> {
    this.#view = null;
    this.#address = { ...this.#address, port };
    const begunMs = this.#clock.now();
    await this.#keeper.start(commandFor(this.#command, port));
    const isBlind = this.#blind !== null;
    let isLast = false;
    for (;;) {
      const address = await listeningAddress(port, isBlind);
      const listeningAfterMs = this.#clock.now() - begunMs;
      const end = this.#keeper.server?.end ?? null;
      if (address !== null) {
        this.#address = address;
        if (this.blind === null) {
          this.#view = ProcessView.find({ port, keeper: this.#keeper.pid });
        }
        return { port, listeningAfterMs, end: null, ranBefore: false };
      }
      const isOver = end !== null || listeningAfterMs > this.#listenMs || this.#signal.aborted;
      if (isOver && isLast) {
        this.#note(end);
        await this.#keeper.clear();
        return { port, listeningAfterMs: null, end, ranBefore: false };
      }
      // It may have ended between the two looks because it left a process behind that listens.
      isLast = isOver;
      await this.#clock.sleep(LOOK_MS, this.#signal);
    }
  }

  /** Keeps what the server had to say for itself. */
  #note(end: ProgramEnd | null): void {
    this.#end = end;
    this.#output = this.#keeper.output.lines;
  }

  /** Starts it again, at another port, where it has ended. */
  async ensure(): Promise<Absence | null> {
    if (!this.#hasListened) return "never";
    if (await this.isAlive()) return null;
    if (this.#keeper.overran !== null) return "overran";
    await this.#keeper.clear();
    const { listeningAfterMs } = await this.#start(freePort());
    return listeningAfterMs === null ? "gone" : null;
  }

  /** Whether the process that accepts runs. Rejects where its keeper was killed: nothing can be told of it then. */
  async isAlive(): Promise<boolean> {
    const { view } = this;
    const end = this.#keeper.server?.end ?? null;
    const isAlive = view?.isAlive ?? end === null;
    if (!isAlive && this.#keeper.server !== null) {
      // Its last words and its end, or the keeper's, come through other pipes than the kernel's table.
      let looks = 0;
      do await this.#clock.sleep(LOOK_MS, this.#signal); while (
        this.#keeper.server?.end === null && ++looks < END_LOOKS && !this.#signal.aborted
      );
      this.#keeper.check();
      this.#note(this.#keeper.server.end);
    }
    return isAlive;
  }

  /** Kills it with all its processes, and starts it again at the same port. */
  async restart(): Promise<StartObservation> {
    await this.#keeper.clear();
    return await this.#start(this.#address.port);
  }

  /**
   * Kills it with all its processes. Rejects where its keeper was killed, which may be found out only now: what the
   * tests have seen since then is worth nothing.
   */
  async finish(): Promise<void> {
    if (this.#keeper.overran === null) await this.#keeper.clear();
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keeper[Symbol.asyncDispose]();
  }
}

/** A port that nobody has. Somebody may take it before the server does, which then says so. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
