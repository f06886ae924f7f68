import { X509Certificate } from "node:crypto";
import { subjectOf } from "../../../../server/accept/tls/subject.ts";
import { assertEquals, assertThrows } from "../../../assert.ts";
import { testWithCertificates } from "../../../support/test_certificates.ts";

/** Subjects as openssl takes them, and as they are told. */
const SUBJECTS: readonly (readonly [given: string, told: string])[] = [
  ["/CN=alice", "CN=alice"],
  ["/C=KR/O=Example/OU=one/OU=two/CN=홍길동", "CN=홍길동,OU=two,OU=one,O=Example,C=KR"],
  ["/DC=com/DC=example/UID=al", "UID=al,DC=example,DC=com"],
  ["/CN=al+emailAddress=al@example.com", "CN=al+emailAddress=al@example.com"],
  ['/O=A, "B" \\\\ <c>;d\\+e/CN=al', 'CN=al,O=A\\, \\"B\\" \\\\ \\<c\\>\\;d\\+e'],
  ["/O= lead/CN=#end ", "CN=\\#end\\ ,O=\\ lead"],
  ["/CN=al\nCN=root", "CN=al\\0ACN=root"],
  ["/CN=al,O=Example", "CN=al\\,O=Example"],
  ["/businessCategory=x/CN=al", "CN=al,2.5.4.15=#0C0178"],
  [
    `/O=${"o".repeat(60)}/OU=${"u".repeat(60)}/OU=${"v".repeat(60)}/CN=al`,
    [
      "CN=al",
      `OU=${"v".repeat(60)}`,
      `OU=${"u".repeat(60)}`,
      `O=${"o".repeat(60)}`,
    ].join(","),
  ],
];

testWithCertificates(
  "subjectOf() tells a subject in a line that no other subject has",
  async (made) => {
    const told = [];
    for (const [given] of SUBJECTS) {
      const { cert } = await made.signed("one", given);
      const { raw } = new X509Certificate(await Deno.readTextFile(cert));
      told.push(subjectOf(raw));
    }
    assertEquals(told, SUBJECTS.map(([, told]) => told));
  },
);

testWithCertificates(
  "subjectOf() tells the subject of a certificate of the first version",
  async (made) => {
    const request = made.folder.join("one.csr");
    const cert = made.folder.join("one.pem");
    await made.openssl([
      "req",
      "-new",
      "-key",
      made.server.key,
      "-subj",
      "/CN=old",
      "-out",
      request,
    ]);
    const by = ["-CA", made.ca.cert, "-CAkey", made.ca.key, "-CAcreateserial"];
    await made.openssl(["x509", "-req", "-in", request, ...by, "-out", cert]);
    assertEquals(subjectOf(new X509Certificate(await Deno.readTextFile(cert)).raw), "CN=old");
  },
);

testWithCertificates("subjectOf() refuses what is no certificate", async (made) => {
  const { raw } = new X509Certificate(await Deno.readTextFile(made.server.cert));
  for (const bytes of [new Uint8Array(), raw.subarray(0, 100), Uint8Array.of(0x30, 0x01, 0x05)]) {
    assertThrows(() => subjectOf(bytes), RangeError);
  }
});
