import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { RenderedFolder } from "../support/e2e-rendered.ts";

const MINUTES = 600_000;
const off = { enabled: false };
const reason = missing.docker ?? missing.compose;

/** Outlives the machine. */
const disk = mkdtempSync("/var/tmp/exploreiot-rendered-");
const repository = join(disk, "repository");
const subnet = (third: number) => ({ ipv4: `10.124.${third}.0/24` });
const deployment = new TestDeployment({
  name: "e2e-rendered-restore",
  ...{ backend: off, frontend: off, redis: off },
  listeners: { mqtt: { port: 24_961 } },
  networks: { edge: subnet(91), broker: subnet(92), data: subnet(93) },
  backup: { enabled: true, repository, verify: 1000 },
});
const staging = deployment.container("restore");
const marker = "secrets/.restoring";

const ask = (statement: string) =>
  docker(
    ...["exec", deployment.container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
    ...["-d", "exploreiot", "-qtAc", statement],
  );

/** Large enough that it can be killed while it is copied. */
const FILL = `CREATE TABLE filled AS SELECT n, md5(n::text) AS t FROM generate_series(1, 300000) AS n`;
const SUM = "SELECT count(*), sum(hashtext(t)::bigint * n % 1000003) FROM filled";

describe.skipIf(reason)(titled("a restore from a rendered folder", reason), { timeout: MINUTES }, () => {
  const files = new RenderedFolder({ DOCKER_HOST: "unix:///var/run/docker.sock" });

  beforeAll(async () => {
    mkdirSync(repository, { mode: 0o700 });
    await deployment.clear();
    await deployment.up("compose");
  }, MINUTES);
  afterAll(async () => {
    await deployment.wipe();
    files.remove();
    rmSync(disk, { recursive: true, force: true });
  }, MINUTES);

  /** Kills `./start.sh restore`, with all that it started on this machine, at a moment; else what it said until it ended. */
  async function killedAt(moment: () => Promise<unknown>): Promise<string> {
    const child = spawn("sh", ["-euc", "exec ./start.sh restore"], {
      ...{ cwd: files.server, env: { ...process.env, ...files.environment }, detached: true },
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += String(text)));
    const ended = once(child, "close");
    await Promise.race([ended, moment()]);
    if (child.exitCode !== null) return said;
    process.kill(-(child.pid as number), "SIGKILL");
    await ended;
    return "killed";
  }

  test("is killed while it rehearses and while it fills volumes, and the same command finishes", async () => {
    await ask(FILL);
    const before = await ask(SUM);
    expect(await deployment.kit("backup")).toMatchObject({ code: 0 });
    await files.render(deployment);
    const password = deployment.secret("backup-password");
    await deployment.wipe();
    mkdirSync(join(files.server, "secrets"), { recursive: true, mode: 0o700 });
    writeFileSync(join(files.server, "secrets/backup-password"), password, { mode: 0o400 });

    const rehearsing = () =>
      until("it rehearses", async () => existsSync(join(files.server, "secrets/.tables")), 120_000);
    const filling = () =>
      until("it fills volumes", async () => existsSync(join(files.server, marker)), 120_000);
    const early = [await killedAt(rehearsing), await killedAt(filling)];
    const started = await files.shell("./start.sh");
    const { code, stderr } = await files.shell("./start.sh restore");

    expect({ early, code, stderr: code === 0 ? "" : stderr }).toEqual({
      ...{ early: ["killed", "killed"], code: 0, stderr: "" },
    });
    expect([started.code, started.stderr]).toEqual([
      1,
      expect.stringContaining("was stopped, and volumes may be filled in part"),
    ]);
    expect(await ask(SUM)).toBe(before);
    expect(existsSync(join(files.server, marker))).toBe(false);
    expect(await docker("volume", "ls", "--quiet", "--filter", `name=^${staging}$`)).toBe("");
  });
});
