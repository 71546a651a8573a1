import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { changes, changesFor } from "../../cli/upgrade/changes.ts";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { refuseWithoutBackup } from "../../runners/upgrade/verified-backup.ts";
import { errorText } from "../support/error-text.ts";
import { stackOf } from "../support/stack.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const kit = (args: readonly string[]) =>
  run([process.execPath, join(projectRoot, "bin/exploreiot.js"), ...args], { expected: [0, 1] });

const namesFor = (from: string | undefined, input: Omit<DeploymentInput, "name">) => {
  const written = { name: "demo", ...input };
  const deployment = parseDeployment(written, "test");
  return changesFor(from, { stack: stackOf([]), deployment, written }).map(({ name }) => name);
};
const off = { enabled: false };

describe("breaking changes", () => {
  test.each<[string, Omit<DeploymentInput, "name">, readonly string[]]>([
    ["a developer's machine", {}, ["postgres-17", "containers-once", "mqtt-keep-alive", "mqtt-packet-size"]],
    [
      "a server with certificates by ACME",
      {
        environment: "production",
        hosts: ["iot.example.org"],
        tls: { certificate: { source: "acme", email: "ops@example.org" } },
      },
      [
        ...["postgres-17", "containers-once", "mqtt-keep-alive", "mqtt-packet-size"],
        ...["egress-closed", "key-on-the-page", "acme-over-tls"],
      ],
    ],
    [
      "one that says what it wants",
      { mosquitto: { maxPacketBytes: 1000 }, frontend: off },
      ["postgres-17", "containers-once", "mqtt-keep-alive"],
    ],
    [
      "one without stores",
      { postgres: off, mosquitto: off, backend: off, frontend: off },
      ["containers-once"],
    ],
  ])("that touch %s are told", (_, input, names) => {
    expect(namesFor("0.1.0", input)).toEqual(names);
  });

  test("that a version has already are not told, and all are where nobody knows the version", () => {
    expect([namesFor("0.2.0", {}), namesFor("0.10.0", {}), namesFor(undefined, {}).length]).toEqual([
      [],
      [],
      4,
    ]);
  });

  test("have names of their own, and are all by versions that there are", () => {
    const names = changes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect([...new Set(changes.map(({ since }) => since))]).toEqual(["0.2.0"]);
  });
});

describe("an upgrade that migrates data", () => {
  const now = new Date("2026-11-29T12:00:00Z");

  test("goes on with a verified backup of the last day", () => {
    expect(refuseWithoutBackup(new Date("2026-11-28T12:00:00Z"), now)).toBeUndefined();
  });

  test.each([
    ["none", undefined, "no verified backup is known, and an upgrade migrates data"],
    [
      "one that is a day and an hour old",
      new Date("2026-11-28T11:00:00Z"),
      "the last verified backup is 25 hours old, and an upgrade migrates data; allowed: 24",
    ],
    [
      "one that a clock which was ahead has made",
      new Date("2027-11-29T12:00:00Z"),
      "the last verified backup is of 2027-11-29T12:00:00.000Z, ahead of this machine's clock, and an upgrade migrates data; allowed: 24",
    ],
  ])("is refused with %s", async (_, made, said) => {
    expect(await errorText(() => refuseWithoutBackup(made, now))).toBe(
      `${said}\n` +
        "  → make one: exploreiot backup -c CONFIG, then exploreiot backup verify -c CONFIG\n" +
        "  → or go on without it: exploreiot upgrade --without-backup -c CONFIG",
    );
  });
});

describe("upgrade --rewrite", () => {
  const TEXT = "# ours\nversion: 1\nname: a\nredis: { limits: { memoryMiB: 6 } } # little\n";

  test("writes a file of version 1 as one of today, in its place, and once", async () => {
    const folder = temporaryFolder();
    const file = write(folder, "site.yaml", TEXT);
    chmodSync(file, 0o640);
    const link = join(folder, "link.yaml");
    symlinkSync(file, link);
    const first = await kit(["upgrade", "--rewrite", "-c", link, "--json"]);
    const second = await kit(["upgrade", "--rewrite", "-c", link]);

    expect(JSON.parse(first.stdout)).toEqual({
      ...{ file, version: 2 },
      rewritten: [
        { path: "redis.limits.memoryMiB", from: 6, to: 10 },
        { path: "version", from: 1, to: 2 },
      ],
    });
    expect(readFileSync(file, "utf8")).toBe(
      "# ours\nversion: 2\nname: a\nredis: { limits: { memoryMiB: 10 } } # little\n",
    );
    expect([statSync(file).mode & 0o777, lstatSync(link).isSymbolicLink()]).toEqual([0o640, true]);
    expect(second.stdout).toBe(`${link}: is of version 2.\n`);
  });

  test("leaves a file as it is that would not be sound", async () => {
    const file = write(temporaryFolder(), "site.json", '{ "version": 1, "name": "a", "bind": "x" }');
    const { code, stderr } = await kit(["upgrade", "--rewrite", "-c", file]);

    expect([code, readFileSync(file, "utf8")]).toEqual([1, '{ "version": 1, "name": "a", "bind": "x" }']);
    expect(stderr).toContain("bind: got");
  });

  test("keeps JSON as JSON", async () => {
    const file = write(temporaryFolder(), "site.json", '{"version": 1, "name": "a"}');
    await kit(["upgrade", "--rewrite", "-c", file]);

    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ version: 2, name: "a" });
  });

  test("says that a shipped deployment is none", async () => {
    const { code, stderr } = await kit(["upgrade", "--rewrite", "-c", "local"]);
    expect([code, stderr]).toEqual([
      1,
      "error: local: is part of the kit, and of today\n  → name a site file: -c site.yaml\n",
    ]);
  });
});
