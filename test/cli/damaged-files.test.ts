import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deploymentHome, projectRoot, stackFolder } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { write } from "../support/temporary-folder.ts";

const name = `t${randomBytes(6).toString("hex")}`;
const home = deploymentHome(name);
const site = join(home, "site.json");

const kit = (...args: readonly [string, ...string[]]) =>
  run([process.execPath, join(projectRoot, "bin/exploreiot.js"), ...args, "-c", site], {
    expected: [0, 1, 2, 70],
  });

/** Makes the JSON and all that belongs to it, as `cdktf synth` does; the kit's own `synth` makes nothing else. */
const synthesize = () =>
  run([process.execPath, join(projectRoot, "bin/synth.js")], {
    env: { EXPLOREIOT_CONFIG: site },
    expected: [0, 1, 70],
  });

/** Everything that keeps files of its own: a broker and a database with TLS, and devices. */
const SITE = {
  name,
  listeners: { mqtts: { port: 26030 }, backend: { enabled: false } },
  backend: { enabled: false },
  frontend: { enabled: false },
  postgres: { tls: true },
  tls: { mqttClients: "certificates" },
};

/** A path below the deployment's directory; `*` is the one entry of its folder, or the first. */
function fileOf(pattern: string): string {
  return pattern
    .split("/")
    .reduce(
      (folder, part) => join(folder, part === "*" ? (readdirSync(folder).sort()[0] as string) : part),
      home,
    );
}

const MADE_AGAIN = "the next run makes";

// Each with what is wrong, and the remedy that the error has to offer.
const CASES: readonly (readonly [string, string, string])[] = [
  ["declared-data.json", "cut short, or not JSON", "and it is written again"],
  ["hashes/*", "no whole hash of a password", `${MADE_AGAIN} it again`],
  ["pki/authority/ca.crt", "not there, or not a whole certificate", `${MADE_AGAIN} a new CA`],
  ["pki/authority/ca.key", "not there, or not a whole private key", `${MADE_AGAIN} a new CA`],
  ["pki/pairs/*/edge.crt", "not there, or not a whole certificate", `${MADE_AGAIN} a new pair`],
  ["pki/pairs/*/edge.key", "not there, or not a whole private key", `${MADE_AGAIN} a new pair`],
  ["pki/postgres/server.crt", "not there, or not a whole certificate", `${MADE_AGAIN} a new pair`],
  ["pki/postgres-authority/ca.key", "not there, or not a whole private key", `${MADE_AGAIN} a new CA`],
  ["pki/devices/authority/ca.crt", "not there, or not a whole certificate", `${MADE_AGAIN} a new CA`],
  ["pki/devices/issued/*", "not a whole certificate", "or revoke it by its serial"],
];

describe("a file of the kit's own that is cut short", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    write(home, "site.json", JSON.stringify(SITE));
    expect((await synthesize()).stderr).toBe("");
    expect((await kit("devices", "issue", "sensor-1")).code).toBe(0);
  }, 120_000);
  afterAll(() => {
    for (const folder of [home, stackFolder(name)]) rmSync(folder, { recursive: true, force: true });
  });

  test.each(CASES)(
    "%s stops every synthesis with its name, its fault and a way on",
    async (pattern, fault, remedy) => {
      const [file, whole] = [fileOf(pattern), readFileSync(fileOf(pattern))];
      await damaged(file, whole.subarray(0, whole.length / 2), async (answers) => {
        expect(answers.map(({ code }) => code)).toEqual([1, 1]);
        for (const { stderr } of answers) {
          expect(stderr.split("\n")[0]).toContain(`error: ${file}: ${fault}`);
          expect(stderr).toContain(remedy);
        }
      });
    },
  );

  test("a synthesis that stops so stops every verb with its error", async () => {
    const [file, whole] = [fileOf("hashes/*"), readFileSync(fileOf("hashes/*"))];
    replace(file, whole.subarray(0, whole.length / 2));
    const { code, stderr } = await synthesize();
    const answers = await Promise.all([kit("status"), kit("up"), kit("down")]);
    replace(file, whole);

    expect(stderr).toContain(`error: ${file}: no whole hash of a password`);
    expect(answers.map((answer) => ({ code: answer.code, stderr: answer.stderr }))).toEqual(
      answers.map(() => ({ code, stderr })),
    );
  });

  test("a secret that is empty is never a password", async () => {
    const file = fileOf("secrets/mqtt-health-password");
    await damaged(file, "\n", async (answers) => {
      expect(answers.map(({ code, stderr }) => [code, stderr.split("\n")[0]])).toEqual(
        answers.map(() => [1, `error: ${file}: empty, and a secret cannot be`]),
      );
    });
  });

  test("a key of another pair is told from its own", async () => {
    const [file, other] = [fileOf("pki/authority/ca.key"), readFileSync(fileOf("pki/postgres/server.key"))];
    await damaged(file, other, async ([{ stderr }]) => {
      expect(stderr.split("\n")[0]).toBe(`error: ${file}: not the key of ${fileOf("pki/authority/ca.crt")}`);
    });
  });

  test("a revocation list is made again, since it follows from what was revoked", async () => {
    const file = fileOf("pki/devices/crl.pem");
    rmSync(file);
    writeFileSync(file, "-----BEGIN X509 CRL-----\nMIIB");

    expect((await synthesize()).code).toBe(0);
    expect(readFileSync(file, "utf8")).toMatch(/-----END X509 CRL-----\n$/);
  });

  test("a CA for devices that is removed as the error says is made again, with a list of its own", async () => {
    const file = fileOf("pki/devices/crl.pem");
    const before = readFileSync(file, "utf8");
    rmSync(fileOf("pki/devices/authority"), { recursive: true });

    expect((await synthesize()).code).toBe(0);
    expect(readFileSync(file, "utf8")).not.toBe(before);
  });

  type Answers = readonly [{ code: number; stderr: string }, ...{ code: number; stderr: string }[]];

  /** Synthesizes with a damaged file, as verbs that change something do and as those that look do, and puts the whole one back. */
  async function damaged(
    file: string,
    content: string | Uint8Array,
    judge: (answers: Answers) => Promise<void>,
  ): Promise<void> {
    const whole = readFileSync(file);
    replace(file, content);
    const answers = await Promise.all([synthesize(), kit("status")]);
    replace(file, whole);
    await judge(answers);
  }

  function replace(file: string, content: string | Uint8Array): void {
    rmSync(file, { force: true });
    writeFileSync(file, content, { mode: 0o400 });
  }
});
