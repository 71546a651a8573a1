import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COEFFICIENTS } from "../../cli/capacity/coefficients.ts";
import { capacityOf } from "../../cli/capacity.ts";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const text = (path: string) => readFileSync(join(projectRoot, path), "utf8");
const plan = (input: Omit<DeploymentInput, "name">, asked: Partial<Parameters<typeof capacityOf>[1]> = {}) =>
  capacityOf(parseDeployment({ name: "plant", ...input }, "test"), { sockets: 50, ...asked });
const of = (capacity: ReturnType<typeof plan>, name: string) =>
  capacity.resources.find(({ resource }) => resource === name);

describe("each coefficient is what its source says:", () => {
  const measured = Object.values(COEFFICIENTS).filter(({ source }) => source.startsWith("bench/results/"));
  test.each(measured)("$source", ({ source, value }) => {
    const [, file = "", contestant = ""] = /^(\S+), "(.+)"$/.exec(source) ?? [];
    const { figures } = JSON.parse(text(file));
    const { command, median } = figures[contestant];
    const [, rate, sockets] = /^(\d+) readings a second at QoS 1 to (\d+) sockets/.exec(command) ?? [];
    expect(value).toBe(rate === undefined ? median : Number(rate) * Number(sockets));
  });

  test("sockets of the API", () => {
    expect(text("apps/backend/exploreiot/settings.py")).toContain(
      `max_sockets: Annotated[int, Field(ge=0)] = ${COEFFICIENTS.socketsPerApi.value}`,
    );
  });

  test("every resource names one, and files that are there", () => {
    const all = plan({ backup: { enabled: true } }, { sensors: 10, interval: 1, disk: 10 }).resources;
    const files = all.flatMap(
      ({ source }) => source.match(/\b(?:bench|apps|docs|services)\/[\w./-]+\w/g) ?? [],
    );
    expect(all.map(({ resource }) => resource)).toEqual([
      ...["messages", "connections", "disk", "sockets", "pushes"],
    ]);
    expect(files.length).toBeGreaterThanOrEqual(all.length);
    for (const file of files) expect(text(file).length).toBeGreaterThan(0);
  });
});

describe("a plan", () => {
  test("counts what retention keeps, by hand", () => {
    const retention = { rawDays: 10, hourlyDays: 30, dailyDays: 130 };
    const capacity = plan({ retention }, { sensors: 100, interval: 10, disk: 100 });

    // 10 a second for 10 days; 24 rows a day for 20 days, and one a day for 100 days, of each sensor.
    expect(capacity).toMatchObject({
      readingsPerSecond: 10,
      readingsKept: 8_640_000,
      sumsKept: 100 * (24 * 20 + 100),
      fits: true,
    });
    const { bytesPerReading, bytesPerSum } = COEFFICIENTS;
    expect(of(capacity, "disk")).toMatchObject({
      needed: 8_640_000 * bytesPerReading.value + 58_000 * bytesPerSum.value,
      // A twentieth is more than the 4 GiB that are kept free at most.
      holds: 96 * 2 ** 30,
    });
  });

  test("names the resource that is exhausted first, and how many sensors until then", () => {
    const few = plan({}, { sensors: 100, interval: 1, devices: 4 });
    expect([few.first, few.mostSensors, few.fits]).toEqual(["pushes", 1000, true]);

    const many = plan({}, { sensors: 2000, interval: 600, sockets: 5 });
    expect([many.first, many.fits]).toEqual(["connections", false]);
    // 64 MiB hold 1,172 connections in clear text (docs/decisions/0070-broker-guard.md).
    expect(of(many, "connections")).toMatchObject({
      holds: 1172,
      change: "mosquitto.limits.memoryMiB: 128 holds 2345",
    });

    const fast = plan({}, { sensors: 30_000, interval: 2, devices: 10, sockets: 1 });
    expect([fast.first, fast.mostSensors, fast.fits]).toEqual(["messages", 23_995, false]);

    const full = plan({}, { sensors: 100, interval: 1, disk: 100, devices: 1, sockets: 1 });
    expect([full.first, full.fits]).toEqual(["disk", false]);
    expect(of(full, "disk")?.change).toMatch(
      /^retention\.rawDays: about \d+ days instead of 365, or a disk for \d+ GiB/,
    );
  });

  test("does what it says: with the days that fit, it fits", () => {
    const asked = { sensors: 100, interval: 1, disk: 100, devices: 1, sockets: 1 };
    const days = Number(/about (\d+) days/.exec(of(plan({}, asked), "disk")?.change ?? "")?.[1]);
    const kept = { hourlyDays: days, dailyDays: days };
    expect(plan({ retention: { rawDays: days, ...kept } }, asked).fits).toBe(true);
    expect(
      plan({ retention: { rawDays: days + 30, hourlyDays: days + 30, dailyDays: days + 30 } }, asked).fits,
    ).toBe(false);
  });

  test("takes the sensors of the site file, each by its class", () => {
    const sensors = { "vib-1": { intervalSeconds: 0.1 }, "vib-2": { intervalSeconds: 0.1 }, temp: {} };
    const retention = {
      rawDays: 100,
      classes: { fast: { sensors: ["vib-*"], rawDays: 1 }, one: { sensors: ["vib-2"], rawDays: 2 } },
    };
    const capacity = plan({ sensors, retention }, { interval: 10 });
    expect(capacity).toMatchObject({
      sensors: 3,
      readingsPerSecond: 20.1,
      readingsKept: 864_000 * 3 + 864_000,
    });
  });

  test("counts a dump as well where backups are made, and over TLS the places over TLS", () => {
    const asked = { sensors: 10, interval: 1, disk: 1000 };
    const without = of(plan({}, asked), "disk")?.needed ?? 0;
    const { backups, resources, readingsKept, sumsKept } = plan({ backup: { enabled: true } }, asked);
    expect(backups?.snapshots).toBe(27);
    expect(resources[2]?.needed).toBeCloseTo(
      without + (readingsKept + sumsKept) * COEFFICIENTS.bytesPerDumped.value,
      -3,
    );

    const production = plan(
      { environment: "production", hosts: ["a.example.org"], mosquitto: { limits: { memoryMiB: 64 } } },
      asked,
    );
    // docs/decisions/0070-broker-guard.md: 506 over TLS with 64 MiB.
    expect(of(production, "connections over TLS")?.holds).toBe(506);
  });

  test("needs to know how many and how often", async () => {
    expect(await errorText(() => plan({}))).toContain("plant: names no sensors");
    expect(await errorText(() => plan({}, { sensors: 5 }))).toContain(
      "--sensors says how many and not how often",
    );
    expect(await errorText(() => plan({ sensors: { temp: {} } }))).toContain(
      "sensors.temp.intervalSeconds: got nothing",
    );
  });
});

test("the verb tells it as a table and as JSON, with exit code 1 where something is not enough", async () => {
  const file = write(temporaryFolder(), "site.json", JSON.stringify({ name: "plant" }));
  const kit = (...args: readonly string[]) =>
    run([process.execPath, join(projectRoot, "bin/exploreiot.js"), "capacity", "-c", file, ...args], {
      expected: [0, 1],
    });
  const table = await kit("--sensors", "2000", "--interval", "60");
  const json = await kit("--sensors", "500", "--interval", "60", "--json");

  expect([table.code, json.code, JSON.parse(json.stdout).fits]).toEqual([1, 0, true]);
  for (const line of table.stdout
    .split("\n")
    .filter((line) => /^(messages|connections|disk|sockets|pushes) {2}/.test(line)))
    expect(line).toMatch(/(bench|services|apps)\/\S+$|\)$|published role$|\d$|"$|\.md$/);
  expect(table.stdout).toContain("exhausted first: connections, at 1172 such sensors");
});
