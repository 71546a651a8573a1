import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { everySite } from "../../cli/sites/every-site.ts";
import type { SiteRow, SitesReport } from "../../cli/sites/output.ts";
import { loadFolder } from "../../config/load.ts";
import { deploymentHome, keptFolder, projectRoot, stackFolder } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { readStack } from "../../runners/stack.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const NOBODY = "unix:///nowhere/of/a/test.sock";

/** No service but the broker: nothing takes less to synthesize. */
const small = (name: string, port: number) => ({
  name,
  engine: { host: NOBODY },
  ...{ frontend: { enabled: false }, backend: { enabled: false } },
  ...{ postgres: { enabled: false }, redis: { enabled: false } },
  listeners: { mqtt: { port } },
});

/** Sites of a prefix of their own; `broken` are the numbers of those that no rule lets pass. */
function sitesOf(count: number, broken: readonly number[] = []) {
  const prefix = `t${randomBytes(4).toString("hex")}-`;
  const folder = temporaryFolder();
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
  names.forEach((name, index) => {
    const site = small(name, 30_000 + index);
    const bad = broken.includes(index + 1) ? { mosquitto: { maxPacketBytes: 1_048_576 } } : {};
    write(folder, `${String(index + 1).padStart(2, "0")}.json`, JSON.stringify({ ...site, ...bad }));
  });
  onTestFinished(() => {
    for (const name of names)
      for (const kept of [deploymentHome(name), stackFolder(name)])
        rmSync(kept, { recursive: true, force: true });
  });
  return {
    folder,
    names,
    shorten: (text: string) => text.replaceAll(prefix, "").replaceAll(`${folder}/`, ""),
  };
}

const kit = (...args: readonly string[]) =>
  run([process.execPath, join(projectRoot, "bin/exploreiot.js"), ...args], { expected: [0, 1, 2, 70] });

const outcomes = (sites: readonly SiteRow[]) => sites.map(({ outcome }) => outcome).join(", ");

const synthOf = async (folder: string, how: Partial<Parameters<typeof everySite>[0]>) =>
  everySite({
    ...{ verb: "synth", options: [], sites: await loadFolder(folder), atOnce: 1 },
    signal: new AbortController().signal,
    ...how,
  });

describe("how a change spreads", () => {
  test("if any fails, the others are done, and each failure is told", async () => {
    const { folder } = sitesOf(4, [2, 3]);
    const { sites, stopped } = await synthOf(folder, { atOnce: 3 });

    expect(outcomes(sites)).toBe("done, failed, failed, done");
    expect(stopped).toBeUndefined();
    expect(sites.flatMap(({ error }) => error?.message.match(/0\d\.json(?=:)/)?.[0] ?? [])).toEqual([
      "02.json",
      "03.json",
    ]);
  });

  test("a canary that fails keeps it from every other, and one that does not lets them go on", async () => {
    const { folder } = sitesOf(3, [2]);
    const all = await loadFolder(folder);
    const bad = await synthOf(folder, { sites: all, canaries: all.slice(1, 2) });
    const good = await synthOf(folder, { sites: all, canaries: all.slice(2) });

    expect(outcomes(bad.sites)).toBe("not reached, failed, not reached");
    expect(bad.stopped).toMatch(/^the canary \S*02\.json failed$/);
    expect(outcomes(good.sites)).toBe("done, failed, done");
  });

  test("more failures than allowed end it; so many as allowed do not", async () => {
    const { folder } = sitesOf(5, [1, 2, 4]);
    const stopped = await synthOf(folder, { maxFailures: 1 });
    const whole = await synthOf(folder, { maxFailures: 3 });

    expect(outcomes(stopped.sites)).toBe("failed, failed, not reached, not reached, not reached");
    expect(stopped.stopped).toBe("2 failed, more than 1");
    expect(outcomes(whole.sites)).toBe("failed, failed, done, failed, done");
  });

  test("a signal ends it: what is at work ends, and nothing is begun", async () => {
    const { folder } = sitesOf(3);
    const controller = new AbortController();
    const ended = await synthOf(folder, { signal: controller.signal, onRow: () => controller.abort() });

    expect(outcomes(ended.sites)).toBe("done, not reached, not reached");
    expect(ended.stopped).toBe("a signal ended it");
  });
});

test("synth writes a stack for each site, which says its engine, and makes no secret", async () => {
  const { folder, names } = sitesOf(2);
  const { code, stdout, stderr } = await kit("sites", "synth", folder, "--json");
  expect(stderr).not.toContain("error");
  const report = JSON.parse(stdout) as SitesReport;

  expect(code).toBe(0);
  expect(report.sites.map(({ site, engine, outcome }) => ({ site, engine, outcome }))).toEqual(
    names.map((site) => ({ site, engine: NOBODY, outcome: "done" })),
  );
  expect(names.map((name) => readStack(stackFolder(name)).engine)).toEqual([
    { host: NOBODY },
    { host: NOBODY },
  ]);
  expect(names.map((name) => existsSync(join(deploymentHome(name), "secrets")))).toEqual([false, false]);
});

test("certificates of an engine are found from the stack's folder", async () => {
  const folder = temporaryFolder();
  const name = `t${randomBytes(4).toString("hex")}`;
  const engine = { host: "tcp://127.0.0.1:1", certificates: "keys" };
  const file = write(folder, "a.json", JSON.stringify({ ...small(name, 30_000), engine }));
  onTestFinished(() => rmSync(stackFolder(name), { recursive: true, force: true }));
  await kit("synth", "-c", file);

  expect(readStack(stackFolder(name)).engine).toEqual({
    host: engine.host,
    certificates: join(folder, "keys"),
  });
});

test("up asks each site's own engine, keeps a record, and takes up those that failed", async () => {
  const { folder, names, shorten } = sitesOf(3);
  const before = new Set(existsSync(keptFolder()) ? readdirSync(keptFolder()) : []);
  const first = await kit("sites", "up", folder, "--json", "--max-failures", "1", "--concurrency", "1");
  const [record = ""] = readdirSync(keptFolder()).filter(
    (name) => name.startsWith("sites-") && !before.has(name),
  );
  const path = join(keptFolder(), record);
  onTestFinished(() => rmSync(path, { force: true }));
  const report = JSON.parse(first.stdout) as SitesReport;

  expect(first.code).toBe(1);
  expect(outcomes(report.sites)).toBe("failed, failed, not reached");
  expect(report.sites[0]?.error?.message).toContain(`Docker engine at ${NOBODY} does not answer`);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
    verb: "up",
    sites: { "01.json": "failed", "02.json": "failed", "03.json": "not reached" },
  });

  // As if the first had ended well meanwhile.
  rmSync(path);
  write(
    keptFolder(),
    record,
    JSON.stringify({
      folder,
      verb: "up",
      sites: { "01.json": "done", "02.json": "failed", "03.json": "not reached" },
    }),
  );
  const again = await kit("sites", "up", folder, "--json", "--failed", "--max-failures", "100%");
  expect((JSON.parse(again.stdout) as SitesReport).sites.map(({ site }) => site)).toEqual(names.slice(1));
  expect(JSON.parse(readFileSync(path, "utf8")).sites).toEqual({
    ...{ "01.json": "done", "02.json": "failed", "03.json": "failed" },
  });

  const other = await kit("sites", "down", folder, "--failed");
  expect(shorten(other.stderr)).toContain("the last run over this folder was up, not down");
});

test.each([
  [["--canary", "nobody"], /--canary: got "nobody"; allowed: a number, or the name of a site/],
  [["--max-failures", "120%"], /Allowed: a number, or a share such as 20%/],
  [["--concurrency", "0"], /Allowed: a number from 1 to 999/],
])("%j is refused before anything is done", async (words, expected) => {
  const { folder } = sitesOf(1);
  const { code, stderr } = await kit("sites", "up", folder, ...words);
  expect([code, stderr]).toEqual([1, expect.stringMatching(expected)]);
});
