import { readCertificates } from "../../../../server/accept/tls/certificates.ts";
import { tryCertificates } from "../../../../server/accept/tls/trial.ts";
import { assertEquals } from "../../../assert.ts";
import { type Pair, testWithCertificates } from "../../../support/test_certificates.ts";

const KINDS: readonly (readonly [kind: string, isServed: boolean])[] = [
  ["ec -pkeyopt ec_paramgen_curve:P-384", true],
  ["ec -pkeyopt ec_paramgen_curve:P-521", true],
  ["ed25519", true],
  ["rsa:2048", true],
  ["rsa:1024", false],
  ["ed448", false],
  ["ec -pkeyopt ec_paramgen_curve:secp256k1", false],
];

async function trial({ cert, key }: Pair): Promise<void> {
  const files = { cert, key, clientCa: null };
  await tryCertificates(await readCertificates(files), files);
}

testWithCertificates(
  "tryCertificates() finds the keys that TLS cannot serve with",
  async (made) => {
    const served = [];
    for (const [kind] of KINDS) {
      const pair = await made.selfSigned("one", { kind: kind.split(" ") });
      served.push([kind, await trial(pair).then(() => true, (error) => error.message)]);
    }
    const { key } = made.named("one");
    const problem = `Cannot use the private key ${key}: ` +
      "TLS takes RSA from 2048 bits on, ECDSA (P-256, P-384, P-521) and Ed25519";
    assertEquals(served, KINDS.map(([kind, isServed]) => [kind, isServed || problem]));
  },
);
