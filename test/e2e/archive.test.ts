import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { lastBackup } from "../../core/backup-manifest.ts";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";

const off = { enabled: false };
const deployment = new TestDeployment({
  name: "e2e-archive",
  ...{ backend: off, frontend: off, redis: off, mosquitto: off },
  backup: { enabled: true, archive: true },
  networks: {
    edge: { ipv4: "10.131.4.0/24" },
    broker: { ipv4: "10.131.5.0/24" },
    data: { ipv4: "10.131.6.0/24" },
  },
});
const container = deployment.container("backup");

/** As the superuser, in the application's database. */
const sql = (statement: string): Promise<string> =>
  docker(
    ...["exec", deployment.container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
    ...["-d", "exploreiot", "-v", "ON_ERROR_STOP=1", "-qtAc", statement],
  );

/** A program in the backup's container, whose `restic` knows the password. */
const inside = (program: string): Promise<string> =>
  docker(
    ...["exec", "--env", "RESTIC_PASSWORD_FILE=/run/exploreiot/password", container],
    ...["bash", "-euo", "pipefail", "-c", `restic() { command restic --quiet --no-cache "$@"; }; ${program}`],
  );

const recorded = async () => {
  const { archive, failed } = lastBackup.parse(
    JSON.parse(await docker("exec", container, "backup", "state")),
  );
  return { archive, failed };
};

/** Until the archive has all that came before now; it sends twice a minute, and is not waited for that long. */
async function archived(): Promise<void> {
  const now = await sql(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  );
  await until(
    "the archive has this moment",
    async () => {
      await inside("kill -USR1 $(cat /tmp/receive/pid) || true");
      const { archive } = await recorded();
      return (archive?.from ?? "9") <= (archive?.until ?? "") && (archive?.until ?? "") >= now;
    },
    120_000,
  );
}

const kept = z.array(z.object({ id: z.string(), tags: z.array(z.string()) }));
const newest = async (kind: string) => {
  const all = kept.parse(JSON.parse(await inside(`restic snapshots --json --tag ${kind}`)));
  const { id, tags } = all.at(-1) as (typeof all)[number];
  return { id, tags };
};

/** Another snapshot in the place of one of the archive, with tags that differ. */
const instead = (tags: readonly string[], changed: Readonly<Record<string, string>>) =>
  `--host e2e-archive --tag ${tags
    .map((tag) => {
      const [name = ""] = tag.split("=");
      return name in changed ? `${name}=${changed[name]}` : tag;
    })
    .join(",")}`;

const verify = () => kit(["backup", "verify", "--config", deployment.site]);

const checkedMetric = async () => {
  const told = await inside(
    "exec 3<>/dev/tcp/127.0.0.1/9100; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3",
  );
  return Number(/^exploreiot_backup_archive_checked_timestamp_seconds (\S+)$/m.exec(told)?.[1]);
};

describe.skipIf(missing.docker)(
  titled("the archive of PostgreSQL's log", missing.docker),
  { timeout: 600_000 },
  () => {
    beforeAll(async () => {
      await deployment.clear();
      await deployment.up("compose");
      await sql(
        "CREATE TABLE precious AS SELECT 'a-mark-of-' || n AS mark FROM generate_series(1, 1000) n; CHECKPOINT",
      );
      await archived();
    });
    afterAll(() => deployment.wipe());

    test("counts as verified once it was replayed in a server that is thrown away, which a backup does", async () => {
      const before = await recorded();
      const began = new Date().toISOString();
      const { code, stderr } = await deployment.kit("backup");
      const { archive, failed } = await recorded();
      const { stdout } = await deployment.kit("status", "--json", "--no-usage");

      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      expect([before.archive?.verified, failed]).toEqual([null, null]);
      expect(stderr).toMatch(
        /the archive is verified: any moment from \S+ to \S+; \d+ tables, [1-9]\d{3,} rows/,
      );
      expect(archive?.verified?.from).toBe(archive?.from);
      expect(Date.parse(archive?.verified?.at ?? "")).toBeGreaterThanOrEqual(Date.parse(began) - 1000);
      expect(JSON.parse(stdout).backup.archive.verified).toEqual(archive?.verified);
      expect(await checkedMetric()).toBe(Date.parse(archive?.verified?.at ?? "") / 1000);
      expect(await docker("exec", container, "find", "/state", "-name", "verify")).toBe("");
    });

    test("does not count when a byte of its base backup is another one, and goes on with a new one", async () => {
      const { id, tags } = await newest("exploreiot-base");
      const from = tags.find((tag) => tag.startsWith("from="))?.slice("from=".length) ?? "";
      const later = new Date(Date.parse(from) + 1).toISOString();
      await inside(`restic dump ${id} /base.tar | LC_ALL=C sed 's/a-mark-of-500/a-mark-of-50O/' |
      restic backup --stdin --stdin-filename base.tar ${instead(tags, { from: later })}`);
      const damaged = await newest("exploreiot-base");
      const { code, stderr } = await verify();
      const after = await recorded();
      const told = await deployment.kit("status", "--json", "--no-usage");
      const metric = await checkedMetric();
      await until(
        "a new base backup",
        async () => {
          await inside("kill -USR1 $(cat /tmp/receive/pid) || true");
          return (await newest("exploreiot-base")).id !== damaged.id;
        },
        120_000,
      );
      await archived();
      const again = await verify();
      const now = await recorded();

      const reason =
        "no moment from its last base backup on can be restored: the base backup is not as it was written";
      expect(damaged.id).not.toBe(id);
      expect([code, stderr.split("\n").at(-3)]).toEqual([1, `error: ${container}: ${reason}`]);
      expect([after.archive?.verified, after.failed?.reason]).toEqual([
        null,
        `the rehearsal of the archive: ${reason}`,
      ]);
      expect([told.code, JSON.parse(told.stdout).backup.problems]).toEqual([
        2,
        [expect.stringContaining(reason)],
      ]);
      expect(metric).toBe(0);
      expect([again.code, now.failed]).toEqual([0, null]);
      expect(Date.parse(now.archive?.verified?.from ?? "")).toBeGreaterThan(Date.parse(later));
    });

    test("a backup whose container is killed says so, leaves no half of one, and the same command makes it", async () => {
      await sql("CREATE TABLE held ()");
      // The dump takes its moment and then waits for this table.
      await docker(
        ...["exec", "--detach", deployment.container("postgres"), "psql", "-h", "/run/postgresql"],
        ...["-U", "postgres", "-d", "exploreiot", "-c", "BEGIN; LOCK held; SELECT pg_sleep(600)"],
      );
      const list = async () =>
        JSON.parse((await kit(["backup", "list", "--config", deployment.site, "--json"])).stdout).snapshots;
      const before = await list();
      const making = deployment.kit("backup");
      const waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'held'::regclass AND NOT granted";
      await until("the dump waits", async () => (await sql(waiting)) !== "0", 60_000);
      await docker("kill", container);
      const { code, stderr } = await making;
      await sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)'");
      const up = await deployment.kit("up", "--runner", "compose");
      const after = await list();
      const again = await deployment.kit("backup");

      expect({ code, stderr: stderr.split("\n").slice(-3, -1) }).toEqual({
        code: 1,
        stderr: [
          `error: ${container}: was stopped or killed before it came to the end of: backup now`,
          "  → what is in the repository is whole; run the same command again, behind exploreiot up where the container is gone",
        ],
      });
      expect([up.code, after, again.code]).toEqual([0, before, 0]);
    });

    test("does not count when its log ends before it says so, nor when the repository's bytes are others", async () => {
      const { tags } = await newest("exploreiot-archive");
      await inside(
        `restic backup /state/archive/ship ${instead(tags, { until: "2999-01-01T00:00:00.000Z", lsn: "F/0" })}`,
      );
      const short = await verify();
      await inside(
        "restic forget --retry-lock 30s $(restic snapshots --json --tag lsn=F/0 | jq -r '.[].id')",
      );
      await inside(
        "for pack in $(find /repository/data -type f -size +64k); do printf X | dd of=$pack bs=1 seek=30000 conv=notrunc status=none; done",
      );
      const flipped = await verify();
      const { archive } = await recorded();

      const begins = `error: ${container}: no moment from its last base backup on can be restored: the log ends at `;
      expect([short.code, short.stderr.split("\n").at(-3)?.slice(0, begins.length)]).toEqual([1, begins]);
      expect(flipped.stderr.split("\n").at(-3)).toContain("is damaged");
      expect([flipped.code, archive?.verified]).toEqual([1, null]);
    });
  },
);
