import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import type { RunnerName } from "../../runners/record.ts";
import { run } from "../../runners/run.ts";
import { docker, missing, TestDeployment, titled } from "../support/e2e.ts";
import { type Operated, OperatedServers } from "../support/e2e-operated.ts";
import { inspectAll } from "../support/inspected.ts";

/**
 * A stack of its own, since no other has its stores outside: servers of the kit's images, run by hand on a network that the
 * deployment does not know, and reached at an address of the machine.
 */
const quickest: RunnerName = missing.compose === undefined ? "compose" : "terraform";
const NETWORK = "exploreiot-test-outside";
const HOST = "172.29.231.1";
const PORTS = { postgres: 25432, redis: 26379, mosquitto: 28883 };
const off = { enabled: false } as const;

const servers = new OperatedServers(docker, HOST);
let plant: TestDeployment;

const site = (ca: string): DeploymentInput => {
  const server = (port: number) => ({ outside: { host: HOST, port, tls: { ca } } });
  return {
    name: "e2e-outside",
    frontend: off,
    listeners: { backend: { port: 28231 } },
    postgres: server(PORTS.postgres),
    redis: server(PORTS.redis),
    mosquitto: { ...server(PORTS.mosquitto), users: [{ name: "meter", publish: ["sensor/+"] }] },
  };
};

async function images(): Promise<Readonly<Record<string, string>>> {
  const recipes = imageRecipes(projectRoot, ["postgres", "redis", "mosquitto"], { source: "auto" });
  await ensureImages(recipes, { projectRoot, report: (line) => process.stderr.write(`${line}\n`) });
  return Object.fromEntries(recipes.map(({ tag }) => [/\/(.*):/.exec(tag)?.[1], tag]));
}

/** The steps of an operator with the files that the kit writes. */
async function operate(): Promise<void> {
  const written = await plant.kit("outside", join(servers.folder, "setup"), "--json");
  expect([written.code, written.stderr]).toEqual([0, ""]);
  servers.take(JSON.parse(written.stdout).files);
  const made = await images();
  const options = [`--network=${NETWORK}`, "--tmpfs=/work:mode=1777"];
  await Promise.all(
    (Object.keys(PORTS) as Operated[]).map((store) =>
      servers.serve(store, `${NETWORK}-${store}`, made[store] as string, PORTS[store], options),
    ),
  );
  await servers.applySql(`${NETWORK}-postgres`);
}

const listed = async (kind: "network" | "volume") =>
  (await docker(kind, "ls", "--format={{.Name}}", `--filter=name=${plant.container("")}`)).split("\n");

const containers = async () =>
  (await docker("ps", "--all", "--format={{.Names}}", `--filter=name=${plant.container("")}`)).split("\n");

async function clear(): Promise<void> {
  const left = Object.keys(PORTS).map((name) => `${NETWORK}-${name}`);
  await run(["docker", "rm", "--force", "--volumes", ...left], { expected: [0, 1] });
  await run(["docker", "network", "rm", NETWORK], { expected: [0, 1] });
}

describe.skipIf(missing[quickest])(titled("stores outside of the deployment", missing[quickest]), () => {
  beforeAll(async () => {
    await clear();
    await servers.prepare();
    plant = new TestDeployment(site(servers.ca));
    await plant.wipe();
    plant = new TestDeployment(site(servers.ca));
    await docker("network", "create", `--subnet=${HOST.replace(/1$/, "0/24")}`, `--gateway=${HOST}`, NETWORK);
    await operate();
    await plant.up(quickest);
  });
  afterAll(async () => {
    await plant.wipe();
    await clear();
    servers.remove();
  });

  test("have no container, volume or network, and a second up changes nothing", async () => {
    const all = [...(await containers()), ...(await listed("network")), ...(await listed("volume"))];
    const names = all.filter((name) => /postgres|redis|mosquitto/.test(name));

    expect(all.length).toBeGreaterThan(6);
    expect(names).toEqual([]);
    expect((await plant.up(quickest)).changed).toBe(false);
  });

  test("take a reading all the way, over TLS", async () => {
    const { code, stdout } = await plant.kit("follow", "--json");
    const told = JSON.parse(stdout);

    expect(told.hops.map(({ hop, state }: { hop: string; state: string }) => `${hop} ${state}`)).toEqual([
      "broker passed",
      "database passed",
      "api passed",
      "socket passed",
    ]);
    expect([code, told.listener, told.tls, told.failed, told.cleanedUp]).toEqual([
      0,
      "outside",
      true,
      null,
      true,
    ]);
    // By the server itself: nobody of the deployment is there without TLS.
    const clear = await docker(
      ...["exec", `${NETWORK}-postgres`, "psql", "-h/work", "-Upostgres", "-Atc"],
      "SELECT count(*) FILTER (WHERE ssl) > 0, count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = 'exploreiot'",
    );
    expect(clear).toBe("t|0");
  });

  test("are looked at by doctor and told by status", async () => {
    const [doctor, status] = await Promise.all([
      plant.kit("doctor", "--json"),
      plant.kit("status", "--json"),
    ]);
    const found = (
      JSON.parse(doctor.stdout).findings as { id: string; state: string; evidence: string }[]
    ).filter(({ id }) => id === "outside.answers");

    expect(found.map(({ state, evidence }) => `${state}: ${evidence}`)).toEqual([
      `ok: MQTT at ${HOST}:${PORTS.mosquitto}: lets backend in, over MQTT 5`,
      expect.stringMatching(/^ok: PostgreSQL at 172\.29\.231\.1:25432: lets exploreiot in; version 17\./),
      expect.stringMatching(/^ok: Redis at 172\.29\.231\.1:26379: lets backend-\w+ in; version \d/),
    ]);
    expect([status.code, JSON.parse(status.stdout).outside]).toEqual([
      0,
      [
        { service: "mosquitto", address: `${HOST}:${PORTS.mosquitto}`, tls: true },
        { service: "postgres", address: `${HOST}:${PORTS.postgres}`, tls: true },
        { service: "redis", address: `${HOST}:${PORTS.redis}`, tls: true },
      ],
    ]);
  });

  test("give no secret away, in no file that their operators get and in no container", async () => {
    const texts = [
      JSON.stringify(await inspectAll(await containers())),
      ...["mosquitto-acl", "mosquitto-passwords", "postgres.sql", "redis-users.acl"].map((name) =>
        readFileSync(join(servers.folder, name), "utf8"),
      ),
    ];
    const values = [...plant.secrets()].filter(([name]) => !name.endsWith(".key"));

    expect(values.length).toBeGreaterThan(8);
    for (const [name, value] of values)
      expect([name, texts.some((text) => text.includes(value))]).toEqual([name, false]);
  });

  test("are refused with another CA, and what runs goes on", async () => {
    plant.configure(site(servers.stranger));
    const { code, stderr } = await plant.kit("up", "--runner", quickest);
    plant.configure(site(servers.ca));

    expect(code).toBe(1);
    for (const [name, speaks] of Object.entries({
      mosquitto: "MQTT",
      postgres: "PostgreSQL",
      redis: "Redis",
    }))
      expect(stderr).toContain(
        `${speaks} at ${HOST}:${PORTS[name as keyof typeof PORTS]}: its certificate is from a CA that is not in ${name}.outside.tls.ca`,
      );
    expect((await plant.up(quickest)).changed).toBe(false);
    expect(existsSync(plant.home)).toBe(true);
  });
});
