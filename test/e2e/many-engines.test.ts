import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SitesReport } from "../../cli/sites/output.ts";
import { keptFolder } from "../../core/home.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { kit, missing, TestDeployment, titled } from "../support/e2e.ts";
import { takeImages } from "../support/e2e-images.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";

const reason = missing.compose ?? missing.namespaces;
const MINUTES = 900_000;
const TOTAL = 20;

const engines = [0, 1, 2].map(() => new PrivateEngine());
const folder = mkdtempSync(join(tmpdir(), "exploreiot-e2e-wide-"));
const sites = Array.from({ length: TOTAL }, (_, index) => {
  const number = String(index).padStart(2, "0");
  return new TestDeployment({
    name: `e2e-wide${number}`,
    ...BROKER_ALONE,
    listeners: { mqtt: { port: 25_700 + index } },
    networks: { edge: { ipv4: `10.140.${index}.0/24` }, broker: { ipv4: `10.141.${index}.0/24` } },
    engine: { host: (engines[index % 3] as PrivateEngine).host },
  });
});
const nameOf = (index: number) => (sites[index] as TestDeployment).name;

/** Somebody else has the name of their broker's container. */
const FAILING = [7, 12];

async function over(verb: string, ...words: readonly string[]) {
  const { code, stdout } = await kit(["sites", verb, folder, "--json", ...words]);
  const report = JSON.parse(stdout) as SitesReport;
  const of = (outcome: string) =>
    report.sites.filter((site) => site.outcome === outcome).map(({ site }) => site);
  return { code, report, done: of("done"), failed: of("failed") };
}

/** Names of the containers that run, by engine. */
const running = () =>
  Promise.all(
    engines.map(async (engine) => {
      const names = await engine.output("ps", "--filter", "name=exploreiot-", "--format", "{{.Names}}");
      return names.split("\n").filter(Boolean).sort();
    }),
  );

const brokersAt = (engine: number, isThere: (index: number) => boolean) =>
  sites.flatMap(({ name }, index) =>
    index % 3 === engine && isThere(index) ? [`exploreiot-${name}-mosquitto`] : [],
  );

const ON = { timeout: MINUTES };

describe.skipIf(reason)(titled("twenty sites on three engines", reason), ON, () => {
  beforeAll(async () => {
    for (const engine of engines) {
      await engine.start();
      await takeImages(engine, { name: "e2e-wide", ...BROKER_ALONE }, ["base", "mosquitto"]);
    }
    for (const [index, { site }] of sites.entries())
      writeFileSync(join(folder, `${String(index).padStart(2, "0")}.json`), readFileSync(site, "utf8"));
    for (const index of FAILING) {
      const engine = engines[index % 3] as PrivateEngine;
      const [image] = (await engine.output("images", "--quiet")).split("\n");
      const name = `exploreiot-${nameOf(index)}-mosquitto`;
      await engine.output("create", "--name", name, image as string);
    }
  }, MINUTES);

  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.remove()));
    for (const { home, stack, site } of sites)
      for (const path of [home, stack, join(site, "..")]) rmSync(path, { recursive: true, force: true });
    for (const name of readdirSync(keptFolder()).filter((name) => /^sites-[0-9a-f]{8}\.json$/.test(name)))
      if (readFileSync(join(keptFolder(), name), "utf8").includes(folder.slice(1)))
        rmSync(join(keptFolder(), name));
    rmSync(folder, { recursive: true, force: true });
  }, MINUTES);

  test("come up but for two, which are named and taken up alone once their place is free", async () => {
    const words = ["--runner", "compose", "--canary", nameOf(0), "--max-failures", "20%"];
    const first = await over("up", ...words);

    expect({ code: first.code, failed: first.failed, done: first.done.length }).toEqual({
      code: 1,
      failed: FAILING.map(nameOf),
      done: TOTAL - FAILING.length,
    });
    for (const index of FAILING)
      expect(first.report.sites[index]?.error?.message).toContain(`exploreiot-${nameOf(index)}-mosquitto`);
    expect(await running()).toEqual(
      [0, 1, 2].map((at) => brokersAt(at, (index) => !FAILING.includes(index))),
    );

    for (const index of FAILING)
      await (engines[index % 3] as PrivateEngine).output("rm", `exploreiot-${nameOf(index)}-mosquitto`);
    const again = await over("up", "--runner", "compose", "--failed");
    expect({ code: again.code, sites: again.report.sites.map(({ site }) => site), done: again.done }).toEqual(
      {
        code: 0,
        sites: FAILING.map(nameOf),
        done: FAILING.map(nameOf),
      },
    );
    expect(await running()).toEqual([0, 1, 2].map((at) => brokersAt(at, () => true)));

    const status = await over("status", "--no-usage");
    expect({ code: status.code, done: status.done.length }).toEqual({ code: 0, done: TOTAL });
  });
});
