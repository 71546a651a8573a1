import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";
import { writeRotation } from "../../../core/rotation-state.ts";
import { SecretStore } from "../../../core/secrets.ts";
import { setCurrentPair } from "../../../pki/folder.ts";
import { ensureAuthority } from "../../../pki/internal.ts";
import { makeServerPair } from "../../../pki/x509.ts";
import { exportBundle } from "../../../runners/secrets/export-bundle.ts";
import { importBundle } from "../../../runners/secrets/import-bundle.ts";
import { errorText } from "../../support/error-text.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const identity = await generateX25519Identity();
const key = await identityToRecipient(identity);

/** A home with secrets, a hash and a certificate, and a file with the key of the other operator. */
async function deployment() {
  const home = join(temporaryFolder(), "home");
  const store = new SecretStore(home);
  store.mosquittoHash("mqtt-sensor-password");
  const authority = await ensureAuthority(join(home, "pki", "authority"), "test CA");
  setCurrentPair(home, await makeServerPair("test", ["localhost"], authority));
  write(home, "pki/devices/handed-out/one/one.key", "a device's own");
  write(home, "deployed.json", "{}");
  const folder = temporaryFolder();
  write(folder, "key.txt", `# created\n# public key: ${key}\n${identity}\n`);
  return { home, folder, bundle: join(folder, "bundle.age"), keyFile: join(folder, "key.txt") };
}

const exported = (home: string, elsewhere: readonly string[] = []) =>
  exportBundle({ name: "plant", home, to: [key], elsewhere });
const imported = (home: string, bundle: string, keyFile: string) =>
  importBundle({ name: "plant", home, bundle, identity: keyFile });

/** Every file and link below a folder, with its mode and what is in it. */
function tree(home: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(home, { recursive: true, encoding: "utf8" })
      .sort()
      .map((path) => [path, join(home, path)] as const)
      .filter(([, place]) => !lstatSync(place).isDirectory())
      .map(([path, place]) => [
        path,
        lstatSync(place).isSymbolicLink()
          ? readlinkSync(place)
          : `${(lstatSync(place).mode & 0o777).toString(8)} ${readFileSync(place, "utf8")}`,
      ]),
  );
}

test("gives another machine everything but devices' own keys and what is true of this machine alone", async () => {
  const { home, bundle, keyFile } = await deployment();
  const other = join(temporaryFolder(), "home");
  writeFileSync(bundle, await exported(home));
  write(other, "files/redis/users.acl", "made from secrets of before");

  await imported(other, bundle, keyFile);

  // The pair in use is listed below its folder and below the link to it.
  const { "deployed.json": _, "pki/devices/handed-out/one/one.key": __, ...expected } = tree(home);
  expect(Object.keys(expected)).toHaveLength(10);
  expect(tree(other)).toEqual(expected);
  expect(readFileSync(bundle, "latin1")).not.toContain(new SecretStore(home).value("mqtt-sensor-password"));
});

test("leaves out what the other operator takes from its source", async () => {
  const { home, bundle, keyFile } = await deployment();
  const other = join(temporaryFolder(), "home");
  writeFileSync(bundle, await exported(home, ["mqtt-sensor-password"]));

  await imported(other, bundle, keyFile);

  expect(readdirSync(join(other, "secrets"))).toEqual(["hash-key"]);
});

test("refuses a key that is none, a file for another key, and one that was changed on its way", async () => {
  const { home, folder, bundle, keyFile } = await deployment();
  const other = join(temporaryFolder(), "home");
  write(folder, "other.txt", await generateX25519Identity());
  const bytes = await exported(home);
  writeFileSync(bundle, bytes);

  expect(await errorText(() => exportBundle({ name: "plant", home, to: ["age1word"], elsewhere: [] }))).toBe(
    '--to "age1word": is no public key of age; allowed: age1 and then letters and digits\n  → its owner makes one by age-keygen -o key.txt, which prints it',
  );
  expect(await errorText(() => imported(other, bundle, join(folder, "other.txt")))).toContain(
    `${bundle}: cannot be opened with the key in ${join(folder, "other.txt")}: it is for another key, or damaged`,
  );
  bytes[bytes.length - 40] = (bytes[bytes.length - 40] as number) ^ 1;
  writeFileSync(bundle, bytes);
  expect(await errorText(() => imported(other, bundle, keyFile))).toContain(
    "it is for another key, or damaged",
  );
  expect(await errorText(() => imported(other, bundle, bundle))).toContain("holds no private key of age");
  expect(existsSync(other)).toBe(false);
});

test("refuses secrets of another checkout, and an older bundle, which would bring back what was rotated", async () => {
  const { home, bundle, keyFile } = await deployment();
  const other = join(temporaryFolder(), "home");
  new SecretStore(other).value("hash-key");
  writeFileSync(bundle, await exported(home));
  const before = tree(other);

  expect(await errorText(() => imported(other, bundle, keyFile))).toContain(
    `${other}: has the secrets of another checkout than ${bundle}`,
  );
  writeRotation(home, { rotations: 1, changing: [], bothAccepted: {}, changedIn: {} });
  expect(await errorText(() => imported(home, bundle, keyFile))).toBe(
    `${bundle}: is older than the secrets in ${home}: they were rotated 1 times, those in it 0 times\n  → have a new one made: exploreiot secrets export`,
  );
  expect(tree(other)).toEqual(before);
});

test.each(["../evil", "secrets/../../evil", "/etc/evil", "secrets//evil", "other/file", "secrets/.hidden"])(
  "takes no file over that is called %s",
  async (path) => {
    const { folder, bundle, keyFile } = await deployment();
    const encrypter = new Encrypter();
    encrypter.addRecipient(key);
    const forged = { version: 1, deployment: "plant", rotations: 0, files: { [path]: "x" }, links: {} };
    writeFileSync(bundle, await encrypter.encrypt(JSON.stringify(forged)));

    expect(await errorText(() => imported(join(folder, "home"), bundle, keyFile))).toContain(
      "is no bundle of this version of the kit",
    );
    expect(readdirSync(folder).sort()).toEqual(["bundle.age", "key.txt"]);
  },
);
