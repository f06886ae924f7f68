import { OperationalError } from "../../../../ipc/errors.ts";
import { readCertificates } from "../../../../server/accept/tls/certificates.ts";
import { assertEquals, assertRejects } from "../../../assert.ts";
import { TempFolder } from "../../../support/temp_folder.ts";
import { type TestCertificates, testWithCertificates } from "../../../support/test_certificates.ts";

const UNSERVABLE =
  "it is damaged, or of a kind that TLS does not take (it takes RSA from 2048 bits on, " +
  "ECDSA with P-256, P-384 or P-521, and Ed25519)";

/** What is said of files; the folder is left out. */
async function problemOf(
  made: TestCertificates,
  files: { readonly cert?: string; readonly key?: string; readonly clientCa?: string },
): Promise<string> {
  const all = { ...made.server, clientCa: null, ...files };
  const error = await assertRejects(() => readCertificates(all), OperationalError);
  return error.message.replaceAll(`${made.folder.path}/`, "");
}

testWithCertificates(
  "readCertificates() reads a certificate, its key, and the CA of clients",
  async (made) => {
    const read = await readCertificates({ ...made.server, clientCa: made.ca.cert });
    assertEquals(read, {
      cert: await Deno.readTextFile(made.server.cert),
      key: await Deno.readTextFile(made.server.key),
      clientCa: await Deno.readTextFile(made.ca.cert),
    });
    const withoutCa = await readCertificates({ ...made.server, clientCa: null });
    assertEquals(withoutCa.clientCa, null);
  },
);

testWithCertificates(
  "readCertificates() takes a chain, and keys as older programs write them",
  async (made) => {
    const chain = made.folder.join("chain.pem");
    const texts = [made.server.cert, made.ca.cert].map((file) => Deno.readTextFileSync(file));
    await Deno.writeTextFile(chain, `Bag Attributes\n${texts.join("\n")}`);
    const key = made.folder.join("ec.key");
    await made.openssl(["ec", "-in", made.server.key, "-out", key]);
    const read = await readCertificates({ cert: chain, key, clientCa: null });
    assertEquals(read.cert.split("BEGIN").length, 3);
  },
);

testWithCertificates("readCertificates() names the file and its mistake", async (made) => {
  const file = async (name: string, text: string) => {
    const path = made.folder.join(name);
    await Deno.writeTextFile(path, text);
    return path;
  };
  const absent = made.folder.join("absent");
  const text = await file("text", "hello\n");
  const pem = await Deno.readTextFile(made.server.cert);
  const damaged = await file("damaged", pem + pem.replace(/^M.{20}/m, "AAAA"));
  const keyPem = await Deno.readTextFile(made.server.key);
  const damagedKey = await file("damaged.key", keyPem.replace(/^M.{20}/m, "AAAA"));
  const encrypted = made.folder.join("encrypted.key");
  const locked = ["-aes128", "-passout", "pass:x"];
  await made.openssl(["pkey", "-in", made.server.key, ...locked, "-out", encrypted]);

  const noSuch = "no such file or directory";
  const noPem = "it has no -----BEGIN CERTIFICATE----- (PEM)";
  const noKey = "it has no -----BEGIN PRIVATE KEY----- (PEM)";
  const inTheClear = "it is encrypted (openssl pkey -in FILE -out NEW writes it in the clear)";
  const seen = [
    await problemOf(made, { cert: absent }),
    await problemOf(made, { key: absent }),
    await problemOf(made, { clientCa: absent }),
    await problemOf(made, { cert: made.folder.path + "/" }),
    await problemOf(made, { cert: text }),
    await problemOf(made, { clientCa: made.server.key }),
    await problemOf(made, { cert: damaged }),
    await problemOf(made, { key: made.server.cert }),
    await problemOf(made, { key: damagedKey }),
    await problemOf(made, { key: encrypted }),
    await problemOf(made, { key: made.ca.key }),
  ];
  assertEquals(seen, [
    `Cannot read the certificate absent: ${noSuch}`,
    `Cannot read the private key absent: ${noSuch}`,
    `Cannot read the certificate absent: ${noSuch}`,
    "Cannot read the certificate : it is a folder",
    `Cannot use the certificate text: ${noPem}`,
    `Cannot use the certificate server.key: ${noPem}`,
    "Cannot use the certificate damaged: number 2 in it is damaged",
    `Cannot use the private key server.pem: ${noKey}`,
    `Cannot use the private key damaged.key: ${UNSERVABLE}`,
    `Cannot use the private key encrypted.key: ${inTheClear}`,
    "Cannot use the private key ca.key: it is not that of the certificate server.pem",
  ]);
});

const KINDS: readonly (readonly [kind: string, isServed: boolean])[] = [
  ["ec -pkeyopt ec_paramgen_curve:P-384", true],
  ["ec -pkeyopt ec_paramgen_curve:P-521", true],
  ["ed25519", true],
  ["rsa:2048", true],
  ["rsa:1024", false],
  ["ed448", false],
  ["ec -pkeyopt ec_paramgen_curve:secp256k1", false],
];

testWithCertificates(
  "readCertificates() finds the keys that TLS cannot serve with, and no other",
  async (made) => {
    for (const [kind, isServed] of KINDS) {
      const pair = await made.selfSigned("one", { kind: kind.split(" ") });
      if (isServed) await readCertificates({ ...pair, clientCa: null });
      else {
        assertEquals(
          await problemOf(made, pair),
          `Cannot use the private key one.key: ${UNSERVABLE}`,
          kind,
        );
      }
    }
  },
);

/** Of version 1, as older releases of openssl(1) make it of a request unless told. The key is nobody's. */
const OLD = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBIjCByQIUOJyaiQjj0dylXcJAbNCMXk6BfJIwCgYIKoZIzj0EAwIwFDESMBAG
A1UEAwwJbG9jYWxob3N0MB4XDTI2MTEyNjE1MTM0OVoXDTI2MTIyNjE1MTM0OVow
FDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
BxLn1YF7sCbhNIREv8nDHk7FOKBQ/2XTlX+GpXDNLRvQP0+Mm2fS7eAeuEyb5NhN
NROtSJkiCnW6RE/wDe7XTTAKBggqhkjOPQQDAgNIADBFAiBAurWKOHbWQjqNOh0r
kqq3eWCHzJXYDQri8M8rfOeLSwIhAM8zzlCzscnStOwEL8AclLB1j+Itdpn66zm4
dEuztbkp
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjUtA6Qc6pbjx/Yrb
WUhJPNnmAihQxoDOeV7Z0il78GmhRANCAAQHEufVgXuwJuE0hES/ycMeTsU4oFD/
ZdOVf4alcM0tG9A/T4ybZ9Lt4B64TJvk2E01E61ImSIKdbpET/AN7tdN
-----END PRIVATE KEY-----
`,
};

Deno.test("readCertificates() finds a certificate of an old version", async () => {
  await using folder = new TempFolder();
  const files = { cert: folder.join("old.pem"), key: folder.join("old.key"), clientCa: null };
  await Deno.writeTextFile(files.cert, OLD.cert);
  await Deno.writeTextFile(files.key, OLD.key);
  const { message } = await assertRejects(() => readCertificates(files), OperationalError);
  assertEquals(
    message,
    `Cannot use the certificate ${files.cert}: it is not of version 3 of X.509 ` +
      "(openssl x509 -req makes that with -extfile)",
  );
});
