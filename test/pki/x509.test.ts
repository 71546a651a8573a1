import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { makeAuthority, makeDevicePair, makeRevocationList, makeServerPair } from "../../pki/x509.ts";
import { openssl } from "../support/openssl.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const HOSTS = ["iot.example.test", "192.0.2.7", "2001:db8::7"];

/** A CA and what it issued, as files. */
async function issued() {
  const folder = temporaryFolder();
  const authority = await makeAuthority("test CA");
  const server = await makeServerPair("server", HOSTS, authority);
  const [good, bad] = [await makeDevicePair("good", authority), await makeDevicePair("bad", authority)];
  const { serialNumber: serial } = new X509Certificate(bad.certificate);
  const list = await makeRevocationList(authority, [{ serial, at: new Date() }]);
  return {
    authority: write(folder, "ca.crt", authority.certificate),
    withList: write(folder, "ca-and-list.pem", authority.certificate + list),
    list: write(folder, "crl.pem", list),
    server: write(folder, "server.crt", server.certificate),
    key: write(folder, "server.key", server.key),
    good: write(folder, "good.crt", good.certificate),
    bad: write(folder, "bad.crt", bad.certificate),
    serial,
  };
}

test("openssl accepts a server's certificate for every one of its names, as a server's only", async () => {
  const { authority, server } = await issued();
  const verify = (...more: string[]) =>
    openssl("verify", "-x509_strict", "-CAfile", authority, ...more, server);

  expect(await verify("-purpose", "sslserver", "-verify_hostname", "iot.example.test")).toMatchObject({
    code: 0,
  });
  expect(await verify("-purpose", "sslserver", "-verify_ip", "192.0.2.7")).toMatchObject({ code: 0 });
  expect(await verify("-purpose", "sslserver", "-verify_ip", "2001:db8::7")).toMatchObject({ code: 0 });
  expect(await verify("-verify_hostname", "other.example.test")).toMatchObject({ code: 2 });
  expect(await verify("-purpose", "sslclient")).toMatchObject({ code: 2 });
});

test("the key is on P-256, is the certificate's, and the certificate lives for 397 days", async () => {
  const { server, key } = await issued();
  const ofCertificate = await openssl("x509", "-in", server, "-noout", "-pubkey");
  const certificate = new X509Certificate(
    ofCertificate.stdout === "" ? "" : (await openssl("x509", "-in", server)).stdout,
  );
  const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000;

  expect(ofCertificate.stdout).toBe((await openssl("pkey", "-in", key, "-pubout")).stdout);
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
  expect(Math.round(days)).toBe(397);
});

test("openssl accepts a device's certificate as a client's only, and refuses the one that is on the list", async () => {
  const { withList, good, bad } = await issued();
  const verify = (purpose: string, file: string) =>
    openssl("verify", "-x509_strict", "-crl_check", "-CAfile", withList, "-purpose", purpose, file);

  expect(await verify("sslclient", good)).toMatchObject({ code: 0 });
  expect(await verify("sslserver", good)).toMatchObject({ code: 2 });
  expect((await verify("sslclient", bad)).stderr).toContain("certificate revoked");
  expect((await openssl("x509", "-in", good, "-noout", "-subject")).stdout).toBe("subject=CN = good\n");
});

test("the list is signed by the CA, names the serial and outlives no CA", async () => {
  const { authority, list, serial } = await issued();
  const { stdout, stderr } = await openssl("crl", "-in", list, "-CAfile", authority, "-noout", "-text");
  const next = /Next Update: (.*)/.exec(stdout)?.[1];
  const end = (await openssl("x509", "-in", authority, "-noout", "-enddate")).stdout;

  expect(stderr).toBe("verify OK\n");
  expect(stdout).toContain(`Serial Number: ${serial}`);
  expect(end).toBe(`notAfter=${next}\n`);
});
