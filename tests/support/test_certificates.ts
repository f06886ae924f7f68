/** Certificates for tests, made by openssl(1) in a folder that is removed at the end. */

import { TempFolder } from "./temp_folder.ts";
import { findMissingTools } from "./tools.ts";

/** The program that makes them. */
export const NEEDS_OPENSSL = ["openssl"];

/** Registers a test that gets a folder of certificates; it is skipped by name where nothing can make them. */
export function testWithCertificates(
  name: string,
  run: (made: TestCertificates) => Promise<void>,
): void {
  const { reason } = findMissingTools(NEEDS_OPENSSL);
  Deno.test({
    name: reason === null ? name : `${name} (skipped: ${reason})`,
    ignore: reason !== null,
    async fn() {
      await using made = await TestCertificates.make();
      await run(made);
    },
  });
}

const EC_KEY = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
const NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1";
const OF_NO_CA = "basicConstraints=critical,CA:FALSE";

/** A certificate and its private key, by their files. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** Owns the folder, and in it a CA. */
export class TestCertificates implements AsyncDisposable {
  readonly folder = new TempFolder();

  private constructor() {}

  /** Makes the CA, and `server` for this machine. */
  static async make(): Promise<TestCertificates> {
    const made = new TestCertificates();
    await made.#make("ca", ["-subj", "/CN=Test CA"]);
    await made.signed("server", "/CN=localhost");
    return made;
  }

  /** The CA's. */
  get ca(): Pair {
    return this.named("ca");
  }

  /** The server's, for `localhost` and 127.0.0.1. */
  get server(): Pair {
    return this.named("server");
  }

  /** The files of that name. */
  named(name: string): Pair {
    return { cert: this.folder.join(`${name}.pem`), key: this.folder.join(`${name}.key`) };
  }

  /** Makes one with that subject, signed by the CA unless told. */
  async signed(name: string, subject: string, issuer = this.ca): Promise<Pair> {
    const by = ["-CA", issuer.cert, "-CAkey", issuer.key];
    const extensions = ["-addext", NAMES, "-addext", OF_NO_CA];
    return await this.#make(name, ["-subj", subject, ...by, ...extensions]);
  }

  /** Makes one that the CA has signed as it has that of the server, and that is not valid any more. */
  async expired(): Promise<Pair> {
    const pair = this.named("expired");
    const request = this.folder.join("expired.csr");
    const extensions = this.folder.join("expired.ext");
    await Deno.writeTextFile(extensions, `${NAMES}\n${OF_NO_CA}\n`);
    await this.openssl([
      ...["req", "-new", "-newkey", ...EC_KEY, "-nodes", "-subj", "/CN=localhost"],
      ...["-keyout", pair.key, "-out", request],
    ]);
    // Where `req` signs it takes no days of the past.
    await this.openssl([
      ...["x509", "-req", "-in", request, "-CA", this.ca.cert, "-CAkey", this.ca.key],
      ...["-CAcreateserial", "-days", "-1", "-extfile", extensions, "-out", pair.cert],
    ]);
    return pair;
  }

  /** Makes one that nobody but itself has signed, with that kind of key: openssl makes it that of a CA. */
  async selfSigned(
    name: string,
    { kind, subject = `/CN=${name}` }: {
      readonly kind?: readonly string[];
      readonly subject?: string;
    } = {},
  ): Promise<Pair> {
    return await this.#make(name, ["-subj", subject], kind);
  }

  async #make(
    name: string,
    args: readonly string[],
    kind: readonly string[] = EC_KEY,
  ): Promise<Pair> {
    const pair = this.named(name);
    const key = ["-newkey", ...kind, "-nodes", "-days", "2"];
    const files = ["-keyout", pair.key, "-out", pair.cert];
    await this.openssl(["req", "-x509", "-utf8", "-multivalue-rdn", ...key, ...files, ...args]);
    return pair;
  }

  /** Connects as a client that knows the CA, with a certificate if there is that. */
  async connect(port: number, own?: Pair): Promise<Deno.TlsConn> {
    const certificate = own === undefined
      ? {}
      : { cert: await Deno.readTextFile(own.cert), key: await Deno.readTextFile(own.key) };
    const caCerts = [await Deno.readTextFile(this.ca.cert)];
    return await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts, ...certificate });
  }

  /** Runs openssl, and resolves to what it prints. */
  async openssl(args: readonly string[]): Promise<string> {
    const command = new Deno.Command("openssl", { args: [...args], stdin: "null" });
    const { success, stdout, stderr } = await command.output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}
