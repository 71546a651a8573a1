import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SecretStore } from "../../../core/secrets.ts";
import { takeSecrets } from "../../../runners/secrets/take.ts";
import { errorText } from "../../support/error-text.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const VALUE = "correct-horse-battery";
const REMEDY =
  "\n  → correct the source, or remove it from secrets: the value that was taken last is used then";
const says = (script: string) => ({ command: [process.execPath, "-e", script] });

test("takes a value from a program, a file and the environment, without line breaks at its end", async () => {
  const home = temporaryFolder();
  const folder = temporaryFolder();
  write(folder, "value", `${VALUE}-file\r\n`);

  await takeSecrets(
    {
      one: { ...says(`console.log("${VALUE}-" + require("path").basename(process.cwd()))`), folder },
      two: { file: join(folder, "value") },
      // Any variable that is set will do; none is set here, since other tests share the process.
      three: { environment: "PATH" },
    },
    new SecretStore(home),
  );

  const taken = (name: string) => readFileSync(join(home, "secrets", name), "utf8");
  expect(["one", "two", "three"].map(taken)).toEqual([
    `${VALUE}-${folder.split("/").at(-1)}`,
    `${VALUE}-file`,
    process.env.PATH,
  ]);
  expect((statSync(join(home, "secrets", "one")).mode & 0o777).toString(8)).toBe("400");
});

test.each([
  ["nothing", 'console.log("")', "gave a value that is empty"],
  ["blanks", 'console.log("   ")', "gave a value that is empty"],
  [
    "two lines",
    `console.log("${VALUE}\\n${VALUE}")`,
    "gave a value that has more than one line; allowed: one line",
  ],
  [
    "a tab",
    `console.log("${VALUE}\\t")`,
    "gave a value that has control characters; allowed: one line of text",
  ],
  ["too little", 'console.log("hunter2")', "gave a value that is 7 characters long; allowed: 16 to 4096"],
  [
    "too much",
    'console.log("x".repeat(5000))',
    "gave a value that is 5000 characters long; allowed: 16 to 4096",
  ],
  [
    "a failure",
    `console.log("${VALUE}"); console.error("${VALUE}"); process.exit(3)`,
    "ended with exit code 3; run it by hand to see why, since its output is not shown here",
  ],
])("refuses a program that gives %s, and never shows its output", async (_, script, why) => {
  const home = temporaryFolder();
  const sources = { good: says(`console.log("${VALUE}")`), bad: says(script) };

  const told = await errorText(() => takeSecrets(sources, new SecretStore(home)));

  expect(told).toBe(`secrets.bad: command ${process.execPath}: ${why}${REMEDY}`);
  // The command that failed has changed nothing.
  expect(existsSync(join(home, "secrets"))).toBe(false);
});

test("names every source that is not there", async () => {
  const folder = temporaryFolder();
  const told = await errorText(() =>
    takeSecrets(
      {
        one: { command: ["no-such-program-of-ours", VALUE] },
        two: { file: join(folder, "none") },
        three: { environment: "NO_SUCH_VARIABLE" },
      },
      new SecretStore(temporaryFolder()),
    ),
  );

  expect(told).toBe(
    [
      "secrets.one: command no-such-program-of-ours: no-such-program-of-ours: not installed, or not in PATH",
      `secrets.two: file ${join(folder, "none")}: no such file`,
      `secrets.three: environment NO_SUCH_VARIABLE: the variable is not set${REMEDY}`,
    ].join("\n"),
  );
});

describe("a secret that is a private key", () => {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const take = async (text: string) => {
    const home = temporaryFolder();
    const sources = { key: { file: write(temporaryFolder(), "key", text) } };
    await takeSecrets(sources, new SecretStore(home), { privateKeys: ["key"] });
    return readFileSync(join(home, "secrets", "key"), "utf8");
  };

  test("may have several lines, from a file as from a program", async () => {
    expect(await take(`${privateKey}\n`)).toBe(privateKey.trimEnd());
    const home = temporaryFolder();
    const sources = { key: says(`console.log(${JSON.stringify(privateKey)})`) };
    await takeSecrets(sources, new SecretStore(home), { privateKeys: ["key"] });
    expect(createPrivateKey(readFileSync(join(home, "secrets", "key"))).asymmetricKeyType).toBe("ec");
  });

  test.each([
    ["one line of text", VALUE, "is not one PEM block"],
    ["two keys", `${privateKey}${privateKey}`, "is not one PEM block"],
    ["a public key", privateKey.replaceAll("PRIVATE", "PUBLIC"), "cannot be read as a key"],
    ["a damaged key", privateKey.replace(/M[A-Za-z]/, "!!"), "cannot be read as a key"],
    ["more than any key", privateKey + "x".repeat(20_000), "is 2\\d+ characters long"],
    [
      "a key with a passphrase",
      createPrivateKey(privateKey)
        .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "horse" })
        .toString(),
      "cannot be read as a key",
    ],
  ])("is refused where it is %s, and never shown", async (_, text, why) => {
    const told = await errorText(() => take(text));
    expect(told).toMatch(
      new RegExp(
        `^secrets\\.key: file .*: gave a value that ${why}; allowed: one private key in PEM, without a passphrase\n`,
      ),
    );
    expect(told).not.toContain(text.split("\n").at(1) ?? VALUE);
  });
});

describe("a secret that somebody else issued", () => {
  const take = async (text: string) => {
    const home = temporaryFolder();
    const sources = { issued: { file: write(temporaryFolder(), "issued", text) } };
    await takeSecrets(sources, new SecretStore(home), { issued: ["issued"] });
    return readFileSync(join(home, "secrets", "issued"), "utf8");
  };

  test("may be short, and may have several lines", async () => {
    expect(await take("iot\n")).toBe("iot");
    expect(await take("host.example.org ssh-ed25519 AAAA\r\n\thost.example.org ssh-rsa AAAA\n")).toBe(
      "host.example.org ssh-ed25519 AAAA\r\n\thost.example.org ssh-rsa AAAA",
    );
  });

  test.each([
    ["nothing", " \n", "is empty"],
    ["binary", "key\0key", "has control characters; allowed: lines of text"],
    ["more than any key", "x".repeat(20_000), "is 20000 characters long; allowed: at most 16384"],
  ])("is refused where it is %s, and never shown", async (_, text, why) => {
    const told = await errorText(() => take(text));
    expect(told).toMatch(new RegExp(`^secrets\\.issued: file .*: gave a value that ${why}\n`));
    expect(told).not.toContain(text.trim() || "nothing to show");
  });
});
