/**
 * Certificates, made by `openssl` when they are needed, in a folder that is removed with them.
 *
 * @module
 */

import { TempFolder } from "./temp_folder.ts";

/** What makes them, and so what tests with TLS need. */
export const NEEDS_OPENSSL = ["openssl"];

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
const NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1";

/** A certificate and its key, as files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

async function openssl(...args: readonly string[]): Promise<void> {
  const command = new Deno.Command("openssl", { args: [...args], stdout: "null", stderr: "piped" });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`openssl ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** A CA of the test's own, and what it issues: certificates of `localhost` and 127.0.0.1. */
export class Certificates implements AsyncDisposable {
  readonly folder = new TempFolder();
  /** The CA's own certificate. */
  readonly ca: string = this.folder.join("ca.pem");
  readonly #caKey = this.folder.join("ca.key");

  /** Makes the CA. */
  static async make(): Promise<Certificates> {
    const made = new Certificates();
    const usage = ["-addext", "keyUsage=critical,keyCertSign"];
    const files = ["-keyout", made.#caKey, "-out", made.ca];
    await openssl("req", "-x509", ...KEY, "-subj", "/CN=A CA", "-days", "2", ...usage, ...files);
    return made;
  }

  /** A certificate of a server, which ends in so many days. */
  async issue(name: string, days = 2): Promise<Certificate> {
    const key = this.folder.join(`${name}.key`);
    const cert = this.folder.join(`${name}.pem`);
    const request = this.folder.join(`${name}.csr`);
    const extensions = this.folder.join(`${name}.ext`);
    await Deno.writeTextFile(extensions, `${NAMES}\nbasicConstraints=CA:FALSE\n`);
    await openssl("req", ...KEY, "-subj", "/CN=localhost", "-keyout", key, "-out", request);
    const ca = ["-CA", this.ca, "-CAkey", this.#caKey, "-CAcreateserial", "-days", String(days)];
    const files = ["-in", request, "-extfile", extensions, "-out", cert];
    await openssl("x509", "-req", ...ca, ...files);
    return { cert, key };
  }

  /** What `openssl req -x509` makes without another word: a CA's certificate, its own issuer. */
  async selfSigned(): Promise<Certificate> {
    const key = this.folder.join("self.key");
    const cert = this.folder.join("self.pem");
    const subject = ["-subj", "/CN=localhost", "-addext", NAMES];
    await openssl("req", "-x509", ...KEY, ...subject, "-keyout", key, "-out", cert);
    return { cert, key };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}
