import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import type { RunnerName } from "../../runners/record.ts";
import { missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { HOSTS, PatroniCluster, PORT } from "../support/e2e-patroni.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";

/** The stack with its broker inside, and PostgreSQL as a cluster of two that nobody of the kit runs. */
const runner: RunnerName = missing.compose === undefined ? "compose" : "terraform";
const reason = missing[runner] ?? missing.docker;
const MINUTES = 600_000;
const off = { enabled: false } as const;
const LISTENERS = { mqtt: { port: 25434 }, backend: { port: 25435 } };
const PER_SECOND = 100;

const cluster = new PatroniCluster();
const site = (ca: string): DeploymentInput => ({
  name: "e2e-failover",
  frontend: off,
  listeners: LISTENERS,
  postgres: { outside: { host: HOSTS, port: PORT, tls: { ca } } },
  mosquitto: { users: [{ name: "meter", publish: ["sensor/+"] }] },
});
const plant = new TestDeployment(site(cluster.ca));

/** The operator's part, at the server that takes writes. */
async function operate(): Promise<void> {
  const folder = join(cluster.folder, "setup");
  const { code, stderr } = await plant.kit("outside", folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const sql = readFileSync(join(folder, "postgres.sql"), "utf8");
  await cluster.psql(await cluster.whole(), "postgres", sql);
}

interface Findings {
  readonly findings: readonly { readonly id: string; readonly state: string; readonly evidence: string }[];
}

/** The findings of doctor about the servers outside. */
async function examined(): Promise<readonly string[]> {
  const { stdout } = await plant.kit("doctor", "--json");
  const { findings } = JSON.parse(stdout) as Findings;
  return findings
    .filter(({ id }) => id.startsWith("outside."))
    .map(({ id, state, evidence }) => `${id} ${state}: ${evidence}`);
}

const name = (node: string) => `PostgreSQL at ${HOSTS[cluster.nodes.indexOf(node)]}:${PORT}`;
const otherOf = (node: string) => cluster.nodes.find((one) => one !== node) as string;

/**
 * Readings as a device publishes them, while something happens to the cluster: each that the broker has acknowledged is in
 * the database, once. Tells for how long nothing was stored, by the times of the commits.
 */
async function underLoad(sensor: string, event: () => Promise<string>) {
  const device = await NumberedPublisher.connect(
    LISTENERS.mqtt.port,
    "meter",
    plant.secret("mqtt-meter-password"),
    sensor,
  );
  let running = true;
  const publishing = device.publishWhile(() => running, PER_SECOND);
  let leader = await cluster.whole();
  const count = async () =>
    Number(
      await cluster.psql(leader, "exploreiot", `SELECT count(*) FROM readings WHERE sensor = '${sensor}'`),
    );
  const stored = async (more: number) => {
    const wanted = (await count()) + more;
    await until(`${more} more readings are stored`, async () => (await count()) >= wanted, 60_000);
  };
  await stored(PER_SECOND);
  leader = await event();
  await stored(PER_SECOND);
  running = false;
  await publishing;
  await device.close();
  const sent = [...device.acknowledged].sort((one, other) => one - other);
  await until("all are stored", async () => (await count()) >= sent.length, 60_000);
  const values = await cluster.psql(
    leader,
    "exploreiot",
    `SELECT value FROM readings WHERE sensor = '${sensor}' ORDER BY value`,
  );
  expect(values.split("\n").map(Number)).toEqual(sent);
  const longest = await cluster.psql(
    leader,
    "exploreiot",
    `SELECT round(extract(epoch FROM max(pause)), 1) FROM (
       SELECT at - lag(at) OVER (ORDER BY at) AS pause FROM (
         SELECT DISTINCT pg_xact_commit_timestamp(xmin) AS at FROM readings WHERE sensor = '${sensor}') AS commits) AS pauses`,
  );
  return { readings: sent.length, secondsWithoutStoring: Number(longest), leader };
}

/** The API stores again without anybody's help. */
const apiStores = () =>
  until(
    "the API stores",
    async () => {
      const answer = await fetch(`http://127.0.0.1:${LISTENERS.backend.port}/api/mesures`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ capteur: "by-hand", valeur: 1 }),
      });
      return answer.status === 201;
    },
    60_000,
  );

const told = (
  what: string,
  { readings, secondsWithoutStoring }: { readings: number; secondsWithoutStoring: number },
) =>
  console.log(
    `${what}: ${readings} readings acknowledged, all stored once; nothing stored for ${secondsWithoutStoring} s`,
  );

describe.skipIf(reason)(titled("PostgreSQL outside with a standby", reason), { timeout: MINUTES }, () => {
  beforeAll(async () => {
    await plant.clear();
    await cluster.start();
    await operate();
    await plant.up(runner);
  }, MINUTES);
  afterAll(async () => {
    await plant.wipe();
    await cluster.remove();
  }, MINUTES);

  test("is examined by doctor, host by host", async () => {
    const leader = await cluster.whole();
    const standby = otherOf(leader);

    expect(await examined()).toEqual([
      ...HOSTS.map((host) =>
        expect.stringMatching(
          new RegExp(
            `^outside\\.answers ok: PostgreSQL at ${host}:${PORT}: lets exploreiot in; version 17\\.`,
          ),
        ),
      ),
      `outside.writes ok: ${name(leader)}: takes writes, and acknowledges what a standby has as well ("${standby}")`,
    ]);
    await cluster.synchronous(leader, false);
    expect((await examined()).at(-1)).toBe(
      `outside.writes warning: ${name(leader)}: acknowledges what no standby has (synchronous_standby_names is empty): a failover loses it`,
    );
    await cluster.synchronous(leader, true);
  });

  test("loses nothing that was acknowledged when the primary is killed", async () => {
    const first = await cluster.whole();
    const result = await underLoad("killed", async () => {
      await cluster.kill(first);
      return cluster.otherLeader(first);
    });
    told("killed", result);

    expect(result.leader).toBe(otherOf(first));
    expect(result.secondsWithoutStoring).toBeLessThan(60);
    await apiStores();
    // With one host away all goes on, and says so.
    const answers = (await examined()).map((line) => line.replace(/: lets .*| \(.*/, ""));
    expect([...answers].sort()).toEqual(
      [
        `outside.answers warning: ${name(first)}: no connection`,
        `outside.answers ok: ${name(result.leader)}`,
        `outside.writes warning: ${name(result.leader)}: acknowledges what no standby has`,
      ].sort(),
    );
    expect((await plant.up(runner)).changed).toBe(false);
    const rows = await plant.kit("psql", "--", "-XAtc", "SELECT pg_is_in_recovery()");
    expect([rows.code, rows.stdout.trim()]).toEqual([0, "f"]);
    await cluster.begin(first);
    await cluster.whole();
  });

  test("loses nothing in a planned switchover", async () => {
    const first = await cluster.whole();
    const result = await underLoad("planned", async () => {
      await cluster.switchover(first);
      return cluster.otherLeader(first);
    });
    told("switched over", result);

    expect(result.leader).toBe(otherOf(first));
    expect(result.secondsWithoutStoring).toBeLessThan(60);
    await apiStores();
    const { code, stdout } = await plant.kit("follow", "--json");
    expect([code, JSON.parse(stdout).failed]).toEqual([0, null]);
    await cluster.whole();
  });

  test("loses nothing when the primary hangs, nor when it wakes up and is none any more", async () => {
    const first = await cluster.whole();
    const result = await underLoad("frozen", async () => {
      await cluster.freeze(first);
      const leader = await cluster.otherLeader(first);
      await until("the deployment has found it", () => apiStores().then(() => true), 120_000);
      await cluster.thaw(first);
      await cluster.whole();
      return leader;
    });
    told("frozen", result);

    expect(result.leader).toBe(otherOf(first));
    expect(result.secondsWithoutStoring).toBeLessThan(90);
  });

  test("is refused with another CA, at each host", async () => {
    plant.configure(site(cluster.stranger));
    const { code, stderr } = await plant.kit("up", "--runner", runner);
    plant.configure(site(cluster.ca));

    expect(code).toBe(1);
    for (const host of HOSTS)
      expect(stderr).toContain(
        `PostgreSQL at ${host}:${PORT}: its certificate is from a CA that is not in postgres.outside.tls.ca`,
      );
    expect((await plant.up(runner)).changed).toBe(false);
  });
});
