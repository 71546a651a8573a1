import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { takeImages } from "../support/e2e-images.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";

const reason = missing.docker ?? missing.namespaces;
const MINUTES = 600_000;
const off = { enabled: false };
const PASSWORD = "a-password-that-a-file-holds";

/** The machine's own disk is gone with it; this one is somewhere else. */
const elsewhere = mkdtempSync("/var/tmp/exploreiot-second-");
const repository = join(elsewhere, "repository");
const into = join(elsewhere, "project");
const deployment = new TestDeployment({
  name: "e2e-second",
  frontend: off,
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
  listeners: { backend: off },
  secrets: { "mqtt-sensor-password": { file: "sensor-password" } },
  backup: { enabled: true, archive: true, repository },
});

/** Images of what runs. */
const RUNNING = ["base", "backend", "postgres", "redis", "mosquitto", "backup"];
const ON = { timeout: MINUTES };

describe.skipIf(reason)(titled("a deployment whose engine was killed", reason), ON, () => {
  const first = new PrivateEngine();
  const second = new PrivateEngine();

  const at = (engine: PrivateEngine, ...args: readonly string[]) =>
    kit(args, { env: { DOCKER_HOST: engine.host } });

  const inside = (engine: PrivateEngine, role: string, ...argv: readonly string[]) =>
    engine.output("exec", deployment.container(role), ...argv);

  const ask = (engine: PrivateEngine, statement: string) =>
    inside(
      ...[engine, "postgres", "psql", "-h", "/run/postgresql", "-U", "postgres"],
      ...["-d", "exploreiot", "-qtAc", statement],
    );

  const readings = (engine: PrivateEngine) =>
    ask(engine, "SELECT sensor, value, time, nonce FROM readings ORDER BY value, time");

  /** A device whose readings are values that follow each other; each is acknowledged before the program ends. */
  const publish = (engine: PrivateEngine, from: number, to: number) =>
    inside(
      ...[engine, "mosquitto", "sh", "-euc"],
      `seq ${from} ${to} | mosquitto_pub -h localhost -u sensor -P ${PASSWORD} -t sensor/temp -q 1 -l`,
    );

  const stored = (engine: PrivateEngine, total: number) =>
    until(
      `${total} readings`,
      async () => (await ask(engine, "SELECT count(*) FROM readings")) === `${total}`,
    );

  /** Until the archive has all that came before now. */
  async function archived(): Promise<void> {
    const now = await ask(
      first,
      `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    );
    await until(
      "the archive has this moment",
      async () => {
        await inside(first, "backup", "bash", "-c", "kill -USR1 $(cat /tmp/receive/pid) || true");
        const { archive } = JSON.parse(await inside(first, "backup", "backup", "state"));
        return archive.from !== null && archive.until >= archive.from && archive.until >= now;
      },
      120_000,
    );
  }

  beforeAll(async () => {
    mkdirSync(repository, { mode: 0o700 });
    writeFileSync(join(deployment.site, "..", "sensor-password"), PASSWORD);
    await Promise.all([first.start(), second.start()]);
    for (const engine of [first, second])
      await takeImages(engine, { ...deployment.config, secrets: {} }, RUNNING);
    const { code, stderr } = await at(first, "up", "--config", deployment.site, "--runner", "compose");
    if (code !== 0) throw new Error(stderr);
  }, MINUTES);

  afterAll(async () => {
    // Its containers were left running, as the killed engine's own containerd was.
    await first.stop();
    rmSync(join(first.folder, "pid"), { force: true });
    await first.start();
    await Promise.all([first.remove(), second.remove()]);
    rmSync(elsewhere, { recursive: true, force: true });
    await deployment.wipe();
  }, MINUTES);

  test("comes back on another engine that has nothing, reading by reading", async () => {
    await publish(first, 1, 500);
    await stored(first, 500);
    const made = await at(first, "backup", "--config", deployment.site);
    expect({ code: made.code, stderr: made.code === 0 ? "" : made.stderr }).toEqual({ code: 0, stderr: "" });
    // In no backup, but in the archive.
    await publish(first, 501, 800);
    await stored(first, 800);
    await archived();
    const before = await readings(first);
    const password = join(elsewhere, "password");
    writeFileSync(password, deployment.secret("backup-password"), { mode: 0o400 });

    await first.stop("SIGKILL");
    for (const folder of [deployment.home, deployment.stack, join(deployment.site, "..")])
      rmSync(folder, { recursive: true, force: true });
    const { code, stderr } = await at(
      second,
      ...["restore", "--from", repository, "--password-file", password, "--into", into, "--to", "latest"],
    );

    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(before.split("\n")).toHaveLength(800);
    expect(await readings(second)).toBe(before);
    expect(readFileSync(join(into, "sensor-password"), "utf8")).toBe(PASSWORD);
    // It goes on where it was: the device has its password, and what it sends is stored.
    await publish(second, 801, 810);
    await stored(second, 810);
  });
});
