/** Clients of TLS as others have them: openssl(1), and Deno's own. */

import { bytesOf } from "../support/bytes.ts";
import { RunningProcess, within } from "./process.ts";
import { type Program, type TestOptions, testProgram } from "./program.ts";
import { TestServer } from "./server.ts";
import { type Pair, TestCertificates } from "../support/test_certificates.ts";

/** The flags of a server with the certificates of a test; with a CA of clients where that is asked for. */
export function tlsFlags(made: TestCertificates, asksClient = false): string[] {
  const { cert, key } = made.server;
  const clientCa = asksClient ? ["--tls-client-ca", made.ca.cert] : [];
  return ["--tls-cert", cert, "--tls-key", key, ...clientCa];
}

/** Registers a test with certificates. */
export function testTls(
  name: string,
  run: (program: Program, made: TestCertificates) => Promise<void>,
  { needs = [], ...options }: TestOptions = {},
): void {
  testProgram(name, async (program) => {
    await using made = await TestCertificates.make();
    await run(program, made);
  }, { needs: ["openssl", ...needs], ...options });
}

/** For a test that runs from source: the binary that tests compile may have a runtime whose `node:tls` cannot serve. */
export const NEEDS_NODE_TLS: TestOptions = { forms: ["source"] };

/** How a server is started with TLS. */
export interface TlsStart {
  readonly flags?: readonly string[];
  readonly command?: readonly string[] | undefined;
  readonly asksClient?: boolean;
  readonly wrapper?: readonly string[];
}

/** Starts a server with the certificates of a test, and the log as JSON. */
export async function startTls(
  program: Program,
  made: TestCertificates,
  { flags = [], command, asksClient = false, wrapper = [] }: TlsStart = {},
): Promise<TestServer> {
  return await TestServer.start(program, {
    flags: [...tlsFlags(made, asksClient), "--log", "json", ...flags],
    command,
    wrapper,
  });
}

/** `openssl s_client`: what it writes is what it gets. Disposing ends it. */
export class OpensslClient implements AsyncDisposable {
  readonly process: RunningProcess;

  constructor(port: number, made: TestCertificates, flags: readonly string[] = []) {
    const trust = ["-CAfile", made.ca.cert, "-verify_return_error", "-verify_quiet"];
    const quiet = ["-quiet", "-no_ign_eof"];
    this.process = new RunningProcess(
      ["openssl", "s_client", "-connect", `127.0.0.1:${port}`, ...quiet, ...trust, ...flags],
    );
  }

  /** The flags for a certificate of its own. */
  static as({ cert, key }: Pair): string[] {
    return ["-cert", cert, "-key", key];
  }

  /** Sends a line, and waits for it to come back. */
  async roundTrip(line = "ping"): Promise<void> {
    await this.process.type(`${line}\n`);
    await this.process.stdout.find((text) => text === line ? text : undefined);
  }

  /** Ends its direction, and with it itself. */
  async end(): Promise<void> {
    await this.process.endInput();
    await this.process.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}

/** Sends a line over it, and resolves to what comes back. */
export async function roundTrip(conn: Deno.TlsConn, line = "ping\n"): Promise<string> {
  await conn.write(bytesOf(line));
  const buffer = new Uint8Array(1024);
  const count = await within(conn.read(buffer), () => "an answer over TLS");
  return new TextDecoder().decode(buffer.subarray(0, count ?? 0));
}
