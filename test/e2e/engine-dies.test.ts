import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { takeImages } from "../support/e2e-images.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";

const reason = missing.docker ?? missing.namespaces;
const MINUTES = 600_000;
const off = { enabled: false };

/** Is not lost with the engine. */
const elsewhere = mkdtempSync("/var/tmp/exploreiot-dies-");
const repository = join(elsewhere, "repository");
const deployment = new TestDeployment({
  name: "e2e-engine-dies",
  ...{ backend: off, frontend: off, redis: off },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
  backup: { enabled: true, repository },
});
const RUNNING = ["base", "postgres", "mosquitto", "backup"];

describe.skipIf(reason)(
  titled("a verb whose engine is killed, and started again", reason),
  {
    timeout: MINUTES,
  },
  () => {
    const engine = new PrivateEngine();
    const container = (role: string) => deployment.container(role);

    const verb = (name: string, ...args: readonly string[]) =>
      kit([name, ...args, "--config", deployment.site], { env: { DOCKER_HOST: engine.host } });

    const ask = (statement: string) =>
      engine.output(
        ...["exec", container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
        ...["-d", "exploreiot", "-v", "ON_ERROR_STOP=1", "-qtAc", statement],
      );

    /** Its containers' processes live on: the engine ends those that it finds, and starts them again. */
    async function crash(): Promise<void> {
      await engine.stop("SIGKILL");
      // Another process may have these numbers by now, which would then be taken for the engine's own.
      for (const file of ["pid", "run/containerd/containerd.pid"])
        rmSync(join(engine.folder, file), { force: true });
    }

    /** Runs a verb, and kills the engine once a moment has come. Its words, without the progress. */
    async function cut(moment: () => Promise<unknown>, name: string, ...args: readonly string[]) {
      const working = verb(name, ...args);
      const first = await Promise.race([working.then(() => "the verb ended"), moment().then(() => "cut")]);
      await crash();
      const { code, stderr } = await working;
      await engine.start();
      return { first, code, error: stderr.slice(stderr.search(/^error: /m)) };
    }

    const isWell = () => verb("status", "--no-usage", "--json");

    /** Until containers are as they were before the engine died. */
    const recovered = () => until("all is well again", async () => (await isWell()).code === 0, 120_000);

    const sums = () => ask("SELECT count(*) || ' ' || sum(n) FROM precious");

    beforeAll(async () => {
      mkdirSync(repository, { mode: 0o700 });
      await engine.start();
      await takeImages(engine, deployment.config, RUNNING);
      const { code, stderr } = await verb("up", "--runner", "compose");
      if (code !== 0) throw new Error(stderr);
      await ask("CREATE TABLE precious AS SELECT generate_series(1, 5000) AS n; CREATE TABLE held ()");
    }, MINUTES);

    afterAll(async () => {
      await engine.remove();
      rmSync(elsewhere, { recursive: true, force: true });
      await deployment.wipe();
    }, MINUTES);

    test("backup ends with the reason, leaves no half of one, and the same command makes it", async () => {
      // The dump takes its moment and then waits for this table.
      await engine.output(
        ...["exec", "--detach", container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
        ...["-d", "exploreiot", "-c", "BEGIN; LOCK held; SELECT pg_sleep(600)"],
      );
      const waits = () =>
        until(
          "the dump waits",
          async () =>
            (await ask("SELECT count(*) FROM pg_locks WHERE relation = 'held'::regclass AND NOT granted")) !==
            "0",
          60_000,
        );
      const interrupted = await cut(waits, "backup");
      // An engine that was killed does not start all containers again that it finds.
      const up = await verb("up");
      const listed = await verb("backup", "list", "--json");
      const again = await verb("backup", "--json");

      expect(interrupted).toEqual({ first: "cut", code: 1, error: expect.stringContaining(engine.host) });
      expect(up.code).toBe(0);
      expect(JSON.parse(listed.stdout).snapshots).toEqual([]);
      expect({ code: again.code, verified: JSON.parse(again.stdout).verified }).toEqual({
        code: 0,
        verified: true,
      });
    });

    test.each([
      { when: "while it rehearses", isThere: () => existsSync(join(deployment.home, "restore.json")) },
      {
        when: "while it replaces data",
        isThere: () => {
          const file = join(deployment.home, "restore.json");
          return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).now?.swaps.length > 0;
        },
      },
    ])(
      "restore ends with the reason $when, and the same command brings the data back",
      async ({ isThere }) => {
        expect(await verb("up")).toMatchObject({ code: 0 });
        await ask("DELETE FROM precious WHERE n > 100");
        const moment = () => until("the restore is at work", async () => isThere(), 120_000);
        const interrupted = await cut(moment, "restore", "--yes");
        const again = await verb("restore", "--yes");

        expect(interrupted).toEqual({
          first: "cut",
          code: 1,
          error: expect.stringMatching(/^error: .*\n {2}→ /),
        });
        expect({ code: again.code, stderr: again.code === 0 ? "" : again.stderr }).toEqual({
          code: 0,
          stderr: "",
        });
        expect(await sums()).toBe("5000 12502500");
        expect((await isWell()).code).toBe(0);
      },
    );

    test("rotate ends with the reason, and the same command gives every secret to all who read it", async () => {
      expect(await verb("up")).toMatchObject({ code: 0 });
      const before = deployment.secrets();
      const moment = () =>
        until("the rotation counts", async () => existsSync(join(deployment.home, "rotation.json")), 60_000);
      const interrupted = await cut(moment, "rotate", "--all");
      const again = await verb("rotate", "--all");
      const after = deployment.secrets();

      expect(interrupted).toEqual({
        first: "cut",
        code: 1,
        error: expect.stringMatching(/^error: .*\n {2}→ /),
      });
      expect({ code: again.code, stderr: again.code === 0 ? "" : again.stderr }).toEqual({
        code: 0,
        stderr: "",
      });
      expect([...after].filter(([name, value]) => before.get(name) === value)).toEqual([]);
      await recovered();
      expect(await sums()).toBe("5000 12502500");
      expect((await verb("backup", "list", "--json")).code).toBe(0);
    });
  },
);
