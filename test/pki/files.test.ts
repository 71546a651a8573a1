import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { currentPair, pkiFolder } from "../../pki/folder.ts";
import type { Pair } from "../../pki/pair.ts";
import { makeAuthority, makeDevicePair, makeServerPair } from "../../pki/x509.ts";
import { preparePki } from "../../services/certificates/prepare.ts";
import { errorText } from "../support/error-text.ts";
import { openssl } from "../support/openssl.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const HOST = "iot.example.test";
const deployment = (certificate: string, key: string, hosts = [HOST]) =>
  parseDeployment(
    {
      name: "plant",
      environment: "production",
      hosts,
      tls: { certificate: { source: "files", certificate, key } },
    },
    "test",
  );

let root: Pair;
let leaf: Pair;
beforeAll(async () => {
  root = await makeAuthority("root CA");
  leaf = await makeServerPair("server", [HOST], root);
});

/** The text that a person reads when these files are refused, without their folder; `accepted` if they are not. */
async function verdict(certificate: string, key: string, hosts?: string[]): Promise<string> {
  const [folder, home] = [temporaryFolder(), temporaryFolder()];
  const files = [write(folder, "chain.pem", certificate), write(folder, "key.pem", key)] as const;
  try {
    await preparePki(deployment(...files, hosts), home);
  } catch {
    expect(existsSync(pkiFolder(home))).toBe(false);
    const text = await errorText(() => preparePki(deployment(...files, hosts), home));
    return text.replaceAll(`${folder}/`, "");
  }
  return currentPair(home)?.pair.certificate === certificate ? "accepted" : "something else was taken";
}

/** A self-signed certificate that openssl made: what the kit itself would not make. */
async function selfSigned(...args: string[]): Promise<Pair> {
  const folder = temporaryFolder();
  const [key, certificate] = [join(folder, "key"), join(folder, "crt")];
  const name = ["-subj", "/CN=odd", "-addext", `subjectAltName=DNS:${HOST}`];
  await openssl("req", "-x509", "-nodes", "-keyout", key, "-out", certificate, ...name, ...args);
  const [text, secret] = await Promise.all([
    openssl("x509", "-in", certificate),
    openssl("pkey", "-in", key),
  ]);
  return { certificate: text.stdout, key: secret.stdout };
}

const problem = (setting: string, got: string, allowed: string, fix: string) =>
  `plant: 1 problem\n  tls.certificate.${setting}: got ${JSON.stringify(got)}; allowed: ${allowed}; fix: ${fix}`;
const damaged = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
const CHAIN =
  "the server's certificate, each followed by the one that issued it, up to one that a public root issued or a private root itself";

describe("the user's own certificate", () => {
  test("is taken over as it is, with its root or signed by itself", async () => {
    const own = await selfSigned("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "30");

    expect(await verdict(leaf.certificate + root.certificate, leaf.key)).toBe("accepted");
    expect(await verdict(own.certificate, own.key)).toBe("accepted");
  });

  test("is refused with the key of another", async () => {
    const other = await makeServerPair("other", [HOST], root);

    expect(await verdict(leaf.certificate + root.certificate, other.key)).toBe(
      problem(
        "key",
        "the key of another certificate",
        "the private key of server, the first certificate of the file",
        "name the key that the certificate was requested with, and put the server's certificate first",
      ),
    );
  });

  test("is refused without the certificate that issued it", async () => {
    expect(await verdict(leaf.certificate, leaf.key)).toBe(
      problem(
        "certificate",
        "server, and not its issuer root CA",
        CHAIN,
        'append the certificate of root CA; CAs call the whole file "full chain"',
      ),
    );
  });

  test("is refused when its chain is out of order", async () => {
    const other = await makeAuthority("other CA");

    expect(await verdict(leaf.certificate + other.certificate + root.certificate, leaf.key)).toBe(
      problem(
        "certificate",
        "server, followed by other CA, which did not issue it",
        CHAIN,
        "put root CA after it",
      ),
    );
  });

  test("is refused when a host is missing", async () => {
    expect(await verdict(leaf.certificate + root.certificate, leaf.key, [HOST, "192.0.2.7"])).toBe(
      problem(
        "certificate",
        HOST,
        "a certificate for all of hosts; 192.0.2.7 is missing",
        "have it issued for these names too, or remove them from hosts",
      ),
    );
  });

  test("is refused when it is a device's", async () => {
    const device = await makeDevicePair("dev-1", root);

    expect(await verdict(device.certificate + root.certificate, device.key)).toContain(
      'for 1.3.6.1.5.5.7.3.2"; allowed: a certificate for servers (extended key usage serverAuth)',
    );
  });

  test.each([
    { made: "2020-01-01", got: "odd: expired on 2021-02-01" },
    { made: "2090-01-02", got: "odd: valid from 2090-01-01 on" },
  ])("is refused outside its dates: made on $made", async ({ made, got }) => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(made) });
    const pair = await makeServerPair("odd", [HOST]);
    vi.useRealTimers();
    const text = await verdict(pair.certificate, pair.key);

    expect(/got "([^"]*)"; allowed: a certificate that is valid today/.exec(text)?.[1]).toBe(got);
  });

  test("is refused when it was signed with SHA-1", async () => {
    const folder = temporaryFolder();
    const [key, request, extensions] = ["key", "csr", "ext"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const signer = ["-CA", write(folder, "ca", root.certificate), "-CAkey", write(folder, "cakey", root.key)];
    write(folder, "ext", `subjectAltName=DNS:${HOST}`);
    const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", key, "-out", request];
    await openssl("req", "-new", "-nodes", "-subj", "/CN=odd", ...made);
    const sign = ["-req", "-sha1", "-days", "30", "-set_serial", "7", "-in", request, "-extfile", extensions];
    const { stdout } = await openssl("x509", ...sign, ...signer);

    expect(await verdict(stdout + root.certificate, (await openssl("pkey", "-in", key)).stdout)).toBe(
      problem(
        "certificate",
        "odd: signed with SHA-1",
        "a signature with SHA-256 or better",
        "have it issued again",
      ),
    );
  });

  test.each([
    { algorithm: ["-newkey", "rsa:1024"], got: "odd: rsa 1024" },
    { algorithm: ["-newkey", "ed25519"], got: "odd: ed25519" },
    { algorithm: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"], got: "odd: ec secp256k1" },
  ])("is refused with a key that is too weak or too rare: $got", async ({ algorithm, got }) => {
    const pair = await selfSigned(...algorithm, "-days", "30");

    expect(await verdict(pair.certificate, pair.key)).toBe(
      problem(
        "certificate",
        got,
        "RSA of 2048 bits or more, or EC on prime256v1 or secp384r1",
        "have it issued again for a stronger key",
      ),
    );
  });

  test.each([
    { file: "certificate", text: "", got: "chain.pem: no certificate" },
    { file: "certificate", text: "KEY", got: "chain.pem: a private key" },
    { file: "certificate", text: damaged("CERTIFICATE"), got: "chain.pem: a damaged certificate" },
    { file: "key", text: "", got: "key.pem: no private key" },
    { file: "key", text: damaged("PRIVATE KEY"), got: "key.pem: a damaged private key" },
    { file: "key", text: damaged("ENCRYPTED PRIVATE KEY"), got: "key.pem: an encrypted private key" },
  ])("is refused when a file cannot be used: $got", async ({ file, text, got }) => {
    const given = text === "KEY" ? leaf.certificate + leaf.key : text;
    const found =
      file === "key" ? verdict(leaf.certificate + root.certificate, given) : verdict(given, leaf.key);

    expect(await found).toContain(
      `plant: 1 problem\n  tls.certificate.${file}: got "${got}"; allowed: a readable`,
    );
  });

  test("is refused when its files are not there, both at once", async () => {
    expect(
      await errorText(() => preparePki(deployment("no-chain.pem", "no-key.pem"), temporaryFolder())),
    ).toMatch(
      /^plant: 2 problems\n {2}tls\.certificate\.certificate: got ".*no such file or folder".*\n {2}tls\.certificate\.key: got ".*no such file or folder"/,
    );
  });

  test("stays usable when it ends while it is served: status and down have to work then", async () => {
    const [folder, home] = [temporaryFolder(), temporaryFolder()];
    const own = deployment(
      write(folder, "chain.pem", leaf.certificate + root.certificate),
      write(folder, "key.pem", leaf.key),
    );
    await preparePki(own, home);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 500 * 86_400_000 });
    await preparePki(own, home);
    expect(await errorText(() => preparePki(own, temporaryFolder()))).toContain("server: expired on ");
    vi.useRealTimers();
  });

  test("may be replaced by a bad pair without standing in the way of status and down", async () => {
    const [folder, home] = [temporaryFolder(), temporaryFolder()];
    const files = [
      write(folder, "chain.pem", leaf.certificate + root.certificate),
      write(folder, "key.pem", leaf.key),
    ];
    const own = deployment(files[0] as string, files[1] as string);
    await preparePki(own, home);
    write(folder, "key.pem", "no key");

    await preparePki(own, home, { keepCurrent: true });

    expect(currentPair(home)?.pair.key).toBe(leaf.key);
    expect(await errorText(() => preparePki(own, home))).toContain("tls.certificate.key: ");
    const never = () => preparePki(own, temporaryFolder(), { keepCurrent: true });
    expect(await errorText(never)).toContain("tls.certificate.key: ");
  });
});
