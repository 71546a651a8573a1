import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { kitVersion } from "../../core/kit-version.ts";
import { run } from "../../runners/run.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { killed } from "../support/e2e-kill.ts";
import { commitMissing, OlderKit, ON_BOOKWORM } from "../support/e2e-older-kit.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";
import { RenderedFolder } from "../support/e2e-rendered.ts";

const SOME_MINUTES = 600_000;
const PORT = 24_910;
const PER_SECOND = 50;
const off = { enabled: false };

const runner = missing.terraform === undefined ? "terraform" : "compose";
const reason = missing[runner] ?? (await commitMissing(ON_BOOKWORM));
const deployment = new TestDeployment({
  name: "e2e-upgrade",
  listeners: { mqtt: { port: PORT }, backend: { port: PORT + 1 } },
  frontend: { enabled: false },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
});
/** The same database, as a server that a folder was copied to has it. */
const folder = new TestDeployment({
  name: "e2e-srv-upgrade",
  hosts: ["localhost"],
  networks: { data: { ipv4: "10.124.34.0/24" } },
  ...{ backend: off, frontend: off, mosquitto: off, redis: off },
});
const older = new OlderKit();
/** The breaking changes that touch it. */
const CHANGES = ["postgres-17", "containers-once", "mqtt-keep-alive", "mqtt-packet-size"];
const VOLUMES = {
  old: deployment.container("postgres-15-data"),
  now: deployment.container("postgres-17-data"),
};

/** Answers of the server that runs, as text. */
const ask = (select: string) =>
  docker(
    ...["exec", deployment.container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
    ...["-d", "exploreiot", "-qtAc", select],
  );
const stored = (sensor: string) =>
  ask(`SELECT count(*) || ' ' || count(DISTINCT value) FROM readings WHERE sensor = '${sensor}'`);
const major = () => ask("SELECT current_setting('server_version_num')::int / 10000");
const volumes = async () =>
  (await docker("volume", "ls", "--quiet"))
    .split("\n")
    .filter((name) => name.includes("e2e-upgrade-postgres-1"));
const sensorPassword = () => deployment.secret("mqtt-sensor-password");

/** While the older server serves its data to the program that fills the new volume: both are containers of the upgrade. */
const filling = () =>
  until("both containers of the upgrade", async () => {
    const of = (label: string, value: string) => ["--filter", `label=exploreiot.${label}=${value}`];
    const running = await docker(
      "ps",
      "--quiet",
      ...of("deployment", "e2e-upgrade"),
      ...of("role", "upgrade"),
    );
    return running.split("\n").length === 2;
  });

async function publish(sensor: string, total: number): Promise<void> {
  const publisher = await NumberedPublisher.connect(PORT, "sensor", sensorPassword(), sensor);
  await publisher.publish(total, total);
  await publisher.close();
}

/** The image that ran the older server, which the older kit made. */
let oldImage = "";

/** Runs a line in the image of the older server, on its volume. */
const onOldVolume = (line: string) =>
  docker(
    "run",
    "--rm",
    "--network",
    "none",
    "--user",
    "999:999",
    "-e",
    "PGDATA=/var/lib/postgresql/data/pgdata",
    "-v",
    `${VOLUMES.old}:/var/lib/postgresql/data`,
    "--entrypoint",
    "sh",
    oldImage,
    "-ec",
    line,
  );

const olderUp = async () => {
  const { code, stderr } = await older.kit("up", "--config", deployment.site, "--engine", runner);
  if (code !== 0) throw new Error(stderr);
};

describe.skipIf(reason)(
  titled("a deployment that the version on Debian 12 made", reason),
  { timeout: SOME_MINUTES },
  () => {
    beforeAll(async () => {
      await deployment.clear();
      await older.checkOut(ON_BOOKWORM);
      await olderUp();
      oldImage = await docker("inspect", "--format", "{{.Image}}", deployment.container("postgres"));
      await publish("before", 200);
      await until("200 readings", async () => (await stored("before")) === "200 200");
      // The session of ingest waits in the broker's store, in the format of the older version.
      await docker("stop", deployment.container("ingest"));
      await publish("waiting", 100);
    }, SOME_MINUTES);
    afterAll(async () => {
      await deployment.wipe();
      older.remove();
    }, SOME_MINUTES);

    test("is not started empty: up refuses, and touches nothing", async () => {
      const before = await docker(
        "inspect",
        "--format",
        "{{.Id}} {{.State.StartedAt}}",
        deployment.container("postgres"),
      );
      const { code, stderr } = await deployment.kit("up", "--runner", runner);

      expect(code).toBe(1);
      expect(stderr).toContain(
        `error: ${VOLUMES.old} holds the data of PostgreSQL 15, and this version of the kit runs PostgreSQL 17, which would start empty\n` +
          "  → carry the data over: exploreiot upgrade -c CONFIG (the old volume is kept)\n" +
          `  → or start empty: docker volume rm ${VOLUMES.old} deletes the old data\n`,
      );
      expect(
        await docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", deployment.container("postgres")),
      ).toBe(before);
      expect([await major(), await volumes()]).toEqual(["15", [VOLUMES.old]]);
    });

    test("is told before what changes for it, by name, and what up would do", async () => {
      const { code, stdout, stderr } = await deployment.kit("upgrade", "--plan", "--json");
      const { from, to, changes, former, steps } = JSON.parse(stdout || "{}");

      expect({ code, from, to, names: changes.map(({ name }: { name: string }) => name) }, stderr).toEqual({
        ...{ code: 2, from: "0.1.0", to: kitVersion(), names: CHANGES },
      });
      expect(former).toEqual([{ volume: VOLUMES.old, version: 15 }]);
      expect(steps).toContainEqual(
        expect.objectContaining({ name: deployment.container("postgres"), action: "replace" }),
      );
      expect([await major(), await volumes()]).toEqual(["15", [VOLUMES.old]]);
    });

    test("needs an image with the older programs, and says which where it has none", async () => {
      const { code, stderr } = await deployment.kit("upgrade", "--old-image", "exploreiot/none");

      expect(code).toBe(1);
      expect(stderr).toContain(
        "error: exploreiot/none: no image on this machine that has the programs of PostgreSQL 15\n",
      );
    });

    test("is carried over after an upgrade that was killed, while a device goes on publishing", async () => {
      const publisher = await NumberedPublisher.connect(PORT, "sensor", sensorPassword(), "meanwhile");
      const published = publisher.publish(1000, PER_SECOND);
      const early = await killed(["upgrade", "--config", deployment.site], filling, true);
      const { code, stdout, stderr } = await deployment.kit("upgrade", "--json");
      expect({ early, code, stderr: code === 0 ? "" : stderr }).toEqual({
        early: false,
        code: 0,
        stderr: "",
      });
      await published;
      await publisher.close();

      expect(JSON.parse(stdout)).toEqual({
        deployment: "e2e-upgrade",
        from: "0.1.0",
        to: kitVersion(),
        changes: CHANGES.map((name) => expect.objectContaining({ name, since: "0.2.0" })),
        carried: [
          {
            service: "postgres",
            from: { version: 15, volume: VOLUMES.old },
            to: { version: 17, volume: VOLUMES.now },
            compared: { tables: expect.any(Number), rows: expect.any(Number) },
          },
        ],
        deleted: [],
      });
      await until("every reading", async () => (await stored("meanwhile")) === "1000 1000", 60_000);
      expect([
        await major(),
        await stored("before"),
        await stored("waiting"),
        publisher.acknowledged.size,
      ]).toEqual(["17", "200 200", "100 100", 1000]);
      expect(await volumes()).toEqual([VOLUMES.old, VOLUMES.now]);
    });

    test("is then up like any other, and nothing is carried over twice", async () => {
      expect(await deployment.up(runner)).toEqual({ changed: false, log: "" });
      const { code, stdout } = await deployment.kit("upgrade", "--json");

      expect([code, JSON.parse(stdout).carried[0].compared]).toEqual([0, undefined]);
      expect(await stored("before")).toBe("200 200");
    });

    test("is carried over in a rendered folder by ./start.sh upgrade, which otherwise refuses to start empty", async () => {
      const volume = folder.container("postgres-15-data");
      await docker("volume", "create", volume);
      // The old server has ended in order, and nothing writes to its volume any more.
      await docker(
        ...(["run", "--rm", "--network", "none", "--user", "0:0", "--entrypoint", "cp"] as const),
        ...["-v", `${VOLUMES.old}:/from:ro`, "-v", `${volume}:/to`, oldImage, "-a", "/from/.", "/to"],
      );
      const files = new RenderedFolder();
      onTestFinished(async () => {
        files.remove();
        await folder.wipe();
      });
      await files.render(folder);
      const refused = await files.shell("./start.sh");
      const carried = await files.shell(`OLD_IMAGE=${oldImage} ./start.sh upgrade`);
      const again = await files.shell("./start.sh upgrade");
      const readings = await docker(
        ...["exec", folder.container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
        ...["-d", "exploreiot", "-qtAc", "SELECT count(*) FROM readings WHERE sensor = 'before'"],
      );

      expect({ code: refused.code, stderr: refused.stderr.split("\n").slice(-4) }).toEqual({
        code: 1,
        stderr: [
          `error: ${volume} holds the data of PostgreSQL 15, and this folder runs PostgreSQL 17, which would start empty`,
          "  → carry the data over: ./start.sh upgrade (the old volume is kept)",
          `  → or start empty: docker volume rm ${volume} deletes the old data`,
          "",
        ],
      });
      expect([carried.code, again.code], carried.stderr + again.stderr).toEqual([0, 0]);
      expect(carried.stderr + carried.stdout).toContain(
        `carrying the data of PostgreSQL 15 over to PostgreSQL 17; ${volume} is kept`,
      );
      expect(again.stderr + again.stdout).not.toContain("carrying");
      expect(readings).toBe("200");
    });

    test("says so where the older server wrote to its own data again", async () => {
      await deployment.kit("down");
      // As with the older kit's `up`, without the rest of it.
      await onOldVolume(
        'pg_ctl -s -w -o "-c unix_socket_directories=/tmp" start >/dev/null; pg_ctl -s -m fast stop',
      );
      const up = await deployment.kit("up", "--runner", runner);
      const deleted = await deployment.kit("upgrade", "--delete-former");

      expect([up.code, deleted.code]).toEqual([1, 1]);
      expect(up.stderr).toContain(
        `error: ${VOLUMES.old} was written to by PostgreSQL 15 after its data was carried over to ${VOLUMES.now}`,
      );
      expect(deleted.stderr).toContain("nothing was deleted");
      expect(await volumes()).toEqual([VOLUMES.old, VOLUMES.now]);
    });

    test("loses its old volume when told so, and all of its data with --delete-data", async () => {
      // As if it had been carried over just now.
      await docker(
        "run",
        "--rm",
        "-v",
        `${VOLUMES.old}:/old:ro`,
        "-v",
        `${VOLUMES.now}:/now`,
        "--user",
        "999:999",
        "--entrypoint",
        "sh",
        oldImage,
        "-c",
        "sha256sum </old/pgdata/global/pg_control >/now/carried-over",
      );
      const { code, stdout } = await deployment.kit("upgrade", "--delete-former");
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${VOLUMES.old} is deleted.\n` });
      expect(await volumes()).toEqual([VOLUMES.now]);

      await run(["docker", "volume", "create", VOLUMES.old]);
      await deployment.remove();
      expect(await volumes()).toEqual([]);
    });
  },
);
