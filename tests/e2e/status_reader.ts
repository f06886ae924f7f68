/**
 * A program that reads `/events` of a status page as the page does: it keeps the state with the same model.
 *
 * @module
 */

// @ts-types="../../types/std_streams.d.ts"
import { TextLineStream } from "@std/streams";
import { StatusModel } from "../../server/status/model.ts";
import type { ServerState } from "../../server/status/state.ts";
import { assert } from "../assert.ts";
import { within } from "./process.ts";
import type { TestServer } from "./server.ts";

/** Where a server's status page is (`--log text`). */
export async function statusUrlOf(server: TestServer): Promise<string> {
  return await server.process.stdout.find((line) => /^Status page: (http:.*)$/.exec(line)?.[1]);
}

/** Reads the events. Disposing leaves. */
export class StatusReader implements AsyncDisposable {
  readonly #lines: ReadableStreamDefaultReader<string>;
  #name = "";
  #model: StatusModel | null = null;

  private constructor(lines: ReadableStreamDefaultReader<string>) {
    this.#lines = lines;
  }

  /** Begins to read. */
  static async open(url: string): Promise<StatusReader> {
    const { body } = await fetch(`${url}events`);
    assert(body !== null);
    const lines: ReadableStream<string> = body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    return new StatusReader(lines.getReader());
  }

  /** Resolves to the state as soon as it is so. */
  async until(isSo: (state: ServerState) => boolean, what: string): Promise<ServerState> {
    return await within(
      this.#readUntil(isSo),
      () => `${what}: ${JSON.stringify(this.#model?.state)}`,
    );
  }

  async #readUntil(isSo: (state: ServerState) => boolean): Promise<ServerState> {
    while (this.#model === null || !isSo(this.#model.state)) {
      const { value: line } = await this.#lines.read();
      assert(line !== undefined, "the events have ended");
      const [, field = "", value = ""] = /^(\w+): (.*)$/.exec(line) ?? [];
      if (field === "event") this.#name = value;
      if (field === "data" && this.#name === "state") {
        this.#model = new StatusModel(JSON.parse(value));
      }
      if (field === "data" && this.#name === "changes") {
        for (const change of JSON.parse(value)) this.#model?.apply(change);
      }
    }
    return this.#model.state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines.cancel();
  }
}
