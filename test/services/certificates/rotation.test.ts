import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDeployment } from "../../../config/parse.ts";
import { deliveredFiles } from "../../../pki/delivered.ts";
import { authorityFile, authorityFolder, currentPair } from "../../../pki/folder.ts";
import { preparePki } from "../../../services/certificates/prepare.ts";
import { keyRotations } from "../../../services/certificates/rotation.ts";
import {
  deviceAuthorityFolder,
  handedOutFolder,
  handOut,
  issueDevice,
  listDevices,
  revokeDevice,
} from "../../../services/mosquitto/devices.ts";
import { postgresAuthorityFolder } from "../../../services/postgres/pki.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const site = parseDeployment(
  {
    name: "plant",
    environment: "production",
    hosts: ["iot.example.test"],
    listeners: { mqtts: {} },
    tls: { mqttClients: "certificates" },
    postgres: { tls: true },
  },
  "test",
);

async function deployment() {
  const home = temporaryFolder();
  await preparePki(site, home);
  const issue = async (device: string) => {
    const pair = await issueDevice(site, home, device);
    handOut(site, home, { device, pair, folder: handedOutFolder(home, device) });
    return join(handedOutFolder(home, device), `${device}.crt`);
  };
  const rotation = async (name: string) => {
    const found = (await keyRotations(site, home)).find((one) => one.name === name);
    if (found === undefined) throw new Error(name);
    return found;
  };
  const step = async (name: string, of: "begin" | "finish") => {
    await (await rotation(name)).stage(of);
    await (await rotation(name)).apply(of);
    await preparePki(site, home);
  };
  return { home, issue, rotation, step };
}

/** A copy of a file, as who holds it keeps it. */
function copyOf(file: string): string {
  const copy = join(temporaryFolder(), "copy.pem");
  writeFileSync(copy, readFileSync(file));
  return copy;
}

/** Whether OpenSSL finds a certificate good by these CAs, and by these revocation lists where they are given. */
function verifies(certificate: string, authorities: string, lists?: string): boolean {
  const revocation = lists === undefined ? [] : ["-crl_check", "-CRLfile", lists];
  const argv = ["verify", "-no-CApath", "-no-CAstore", "-CAfile", authorities, ...revocation, certificate];
  try {
    execFileSync("openssl", argv, { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

const served = (home: string) => currentPair(home)?.certificateFile as string;

test("a new server certificate is by the CA that clients trust already", async () => {
  const { home, step } = await deployment();
  const [before, authority] = [copyOf(served(home)), copyOf(authorityFile(home))];

  await step("server-certificate", "begin");

  expect(readFileSync(served(home), "utf8")).not.toBe(readFileSync(before, "utf8"));
  expect(verifies(served(home), authority)).toBe(true);
});

test("a server CA is trusted next to the former one, then alone", async () => {
  const { home, step } = await deployment();
  const [former, certificate] = [copyOf(authorityFile(home)), copyOf(served(home))];

  await step("server-ca", "begin");
  const both = copyOf(authorityFile(home));
  expect(readFileSync(served(home), "utf8")).toBe(readFileSync(certificate, "utf8"));
  expect([verifies(served(home), former), verifies(served(home), both)]).toEqual([true, true]);

  await step("server-ca", "finish");
  const authorities = [former, both, authorityFile(home)];
  expect(authorities.map((authority) => verifies(served(home), authority))).toEqual([false, true, true]);
  expect(verifies(certificate, authorityFile(home))).toBe(false);
});

test("a device CA issues again, and is trusted next to the former one with what each has revoked, then alone", async () => {
  const { home, issue, step } = await deployment();
  const [old, lost] = [copyOf(await issue("one")), copyOf(await issue("lost"))];
  await revokeDevice(site, home, "lost");
  const trusted = () =>
    Object.fromEntries(deliveredFiles(home, true).files.map(({ name, path }) => [name, path]));
  const good = (certificate: string) =>
    verifies(certificate, trusted()["devices/ca.crt"] as string, trusted()["devices/crl.pem"] as string);
  expect([good(old), good(lost)]).toEqual([true, false]);

  await step("device-ca", "begin");
  const renewed = join(handedOutFolder(home, "one"), "one.crt");
  expect([good(old), good(renewed), good(lost)]).toEqual([true, true, false]);
  const key = createPrivateKey(readFileSync(join(handedOutFolder(home, "one"), "one.key")));
  expect(new X509Certificate(readFileSync(renewed)).checkPrivateKey(key)).toBe(true);

  // The former CA's certificates can be taken back for as long as they are accepted.
  await revokeDevice(site, home, "one");
  expect([good(old), good(renewed)]).toEqual([false, false]);
  const again = await issue("two");
  await step("device-ca", "finish");
  expect([good(old), good(lost), good(again)]).toEqual([false, false, true]);
  expect(listDevices(home).map(({ device, revokedAt }) => [device, revokedAt !== undefined])).toEqual([
    ["one", true],
    ["two", false],
  ]);
});

test("the CA of PostgreSQL is made again with its certificate", async () => {
  const { home, step } = await deployment();
  const authority = join(postgresAuthorityFolder(home), "ca.crt");
  const before = copyOf(authority);

  await step("postgres-ca", "begin");

  const server = join(home, "pki", "postgres", "server.crt");
  expect([verifies(server, before), verifies(server, authority)]).toEqual([false, true]);
});

test.each(["server-certificate", "server-ca", "device-ca", "postgres-ca"])(
  "%s that is applied again after an interruption is changed once",
  async (name) => {
    const { home, issue, rotation, step } = await deployment();
    await issue("one");
    await step(name, "begin");
    const files = () =>
      [served(home), authorityFile(home), join(deviceAuthorityFolder(home), "ca.crt")]
        .concat(join(postgresAuthorityFolder(home), "ca.crt"), join(handedOutFolder(home, "one"), "one.crt"))
        .map((file) => readFileSync(file, "utf8"));
    const once = files();

    await (await rotation(name)).apply("begin");
    await preparePki(site, home);

    expect(files()).toEqual(once);
  },
);

test.each([
  ["server-ca", authorityFolder, "finish"],
  ["device-ca", deviceAuthorityFolder, "begin"],
] as const)("%s that is killed between its two renames leaves no third CA", async (name, folderOf, last) => {
  const { home, rotation, step } = await deployment();
  const folder = folderOf(home);
  if (last === "finish") await step(name, "begin");
  else await (await rotation(name)).stage("begin");
  const before = readFileSync(join(folder, "ca.crt"), "utf8");
  const next = readFileSync(join(`${folder}-next`, "ca.crt"), "utf8");
  renameSync(folder, name === "device-ca" ? `${folder}-former` : `${folder}-former.tmp`);

  // A run of another verb, then the rotation again.
  await preparePki(site, home);
  expect(readFileSync(join(folder, "ca.crt"), "utf8")).toBe(next);
  await (await rotation(name)).apply(last);
  await preparePki(site, home);

  expect(readFileSync(join(folder, "ca.crt"), "utf8")).toBe(next);
  expect(existsSync(`${folder}-next`)).toBe(false);
  const former = join(`${folder}-former`, "ca.crt");
  expect(existsSync(former) ? readFileSync(former, "utf8") : "gone").toBe(
    name === "device-ca" ? before : "gone",
  );
});
