import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SiteRow, SitesReport } from "../../cli/sites/output.ts";
import { keptFolder } from "../../core/home.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled } from "../support/e2e.ts";

// A file of its own: several sites that come up at once, of which one cannot; no other stack is one of many.
const runner = missing.compose === undefined ? "compose" : "terraform";

/** Of the one site that cannot come up: somebody else has it. */
const TAKEN = 25_621;

const folder = mkdtempSync(join(tmpdir(), "exploreiot-e2e-sites-"));
const sites = [0, 1, 2].map(
  (index) =>
    new TestDeployment({
      name: `e2e-many${index}`,
      ...BROKER_ALONE,
      listeners: { mqtt: { port: TAKEN - 1 + index } },
      engine: { host: process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock" },
    }),
);

/** Runs a verb over the folder; the environment leads to an engine that is none, so that the files have to say it. */
async function over(verb: string, ...words: readonly string[]) {
  const env = { DOCKER_HOST: "unix:///nowhere/of/a/test.sock" };
  const { code, stdout } = await kit(["sites", verb, folder, "--json", ...words], { env });
  const report = JSON.parse(stdout) as SitesReport;
  return { code, report, outcomes: report.sites.map(({ outcome }: SiteRow) => outcome) };
}

const running = async () =>
  (await docker("ps", "--filter", "name=exploreiot-e2e-many", "--format", "{{.Names}}")).split("\n").sort();

describe.skipIf(missing[runner])(titled("a folder of sites", missing[runner]), () => {
  let other: Server;

  beforeAll(async () => {
    for (const [index, site] of sites.entries())
      writeFileSync(join(folder, `${index}.json`), readFileSync(site.site, "utf8"));
    other = createServer();
    await new Promise<void>((resolve) => other.listen(TAKEN, "127.0.0.1", resolve));
  });

  afterAll(async () => {
    other.close();
    await Promise.all(sites.map((site) => site.wipe()));
    rmSync(folder, { recursive: true, force: true });
    for (const name of readdirSync(keptFolder()).filter((name) => /^sites-[0-9a-f]{8}\.json$/.test(name)))
      if (readFileSync(join(keptFolder(), name), "utf8").includes(folder.slice(1)))
        rmSync(join(keptFolder(), name));
  });

  test("comes up on the engine that the files name; the one that fails hides none, and is taken up alone", async () => {
    const words = ["--runner", runner, "--canary", "e2e-many0", "--max-failures", "50%"];
    const first = await over("up", ...words);

    expect([first.code, first.outcomes]).toEqual([1, ["done", "failed", "done"]]);
    expect(first.report.sites[1]?.error?.message).toContain(String(TAKEN));
    expect(await running()).toEqual(["exploreiot-e2e-many0-mosquitto", "exploreiot-e2e-many2-mosquitto"]);

    await new Promise((resolve) => other.close(resolve));
    const again = await over("up", "--runner", runner, "--failed");
    expect([again.code, again.report.sites.map(({ site }) => site), again.outcomes]).toEqual([
      0,
      ["e2e-many1"],
      ["done"],
    ]);

    const status = await over("status", "--no-usage");
    expect([status.code, status.outcomes]).toEqual([0, ["done", "done", "done"]]);
    const down = await over("down");
    expect([down.code, down.outcomes, await running()]).toEqual([0, ["done", "done", "done"], [""]]);
  });
});
