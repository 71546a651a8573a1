import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../../config/parse.ts";
import type { DeploymentInput } from "../../../config/schema.ts";
import { warningsOf } from "../../../config/warnings.ts";
import { nftablesRuleset } from "../../../firewall/nftables.ts";
import {
  intervalSeconds,
  oldestSeconds,
  repositoryServer,
  timeOfDay,
} from "../../../services/backup/definition.ts";
import { savedVolumes } from "../../../services/backup/volumes.ts";
import { pgHba, postgresqlConf } from "../../../services/postgres/files.ts";
import { rolesSql } from "../../../services/postgres/roles.ts";

type Given = NonNullable<DeploymentInput["backup"]>;

const parsed = (backup: Given, more: Partial<DeploymentInput> = {}) =>
  parseDeployment({ name: "site", ...more, backup: { enabled: true, ...backup } }, "test");

/** Why a site file is refused. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

const ssh = { SSH_PRIVATE_KEY: "ssh-key", SSH_KNOWN_HOSTS: "ssh-hosts" };

test("nothing is backed up unless a deployment says so", () => {
  expect(parseDeployment({ name: "site" }, "test").backup.enabled).toBe(false);
});

describe("when", () => {
  test.each([
    [{}, { seconds: 86_400, oldest: 172_800, at: "02:30" }],
    [{ at: "23:05" }, { seconds: 86_400, oldest: 172_800, at: "23:05" }],
    [{ every: "6h" }, { seconds: 21_600, oldest: 43_200, at: undefined }],
    [{ every: "30m" }, { seconds: 1800, oldest: 3600, at: undefined }],
  ] satisfies [Given, object][])("%j", (given, expected) => {
    const { backup } = parsed(given);
    expect({
      seconds: intervalSeconds(backup),
      oldest: oldestSeconds(backup),
      at: timeOfDay(backup),
    }).toEqual(expected);
  });

  test.each([
    [{ at: "02:30", every: "6h" }, "either at or every"],
    [{ at: "24:00" }, 'a time of day in UTC, such as "02:30"'],
    [{ every: "5m" }, 'hours or minutes, 10 minutes at least, such as "6h" or "30m"'],
  ] satisfies [Given, string][])("%j is refused", (given, allowed) => {
    expect(refusal(() => parsed(given))).toContain(allowed);
  });
});

describe("where to", () => {
  test.each([
    [undefined, undefined],
    ["/srv/backups", undefined],
    ["s3:https://s3.example.org/bucket", "https://s3.example.org/bucket"],
    ["rest:https://backup.example.org:8000/iot/", "https://backup.example.org:8000/iot/"],
    ["sftp:iot@backup.example.org:/srv/iot", "ssh://backup.example.org"],
    ["sftp://iot@192.0.2.7:2222//srv/iot", "ssh://192.0.2.7:2222"],
  ])("%s is at %s", (repository, server) => {
    const given = { ...(repository === undefined ? {} : { repository }), credentials: ssh };
    expect(repositoryServer(parsed(given).backup)).toBe(server);
  });

  test.each([
    "rest:https://user:word@backup.example.org/",
    "rclone:remote:folder",
    "backups",
    "/srv/../etc",
    "sftp:host:/a;b",
  ])("%s is refused", (repository) => {
    expect(refusal(() => parsed({ repository }))).toContain("backup.repository");
  });

  test("a server over SSH is known by its key", () => {
    const text = refusal(() => parsed({ repository: "sftp:iot@backup.example.org:/iot" }));
    expect(text).toContain("backup.credentials.SSH_PRIVATE_KEY");
    expect(text).toContain("backup.credentials.SSH_KNOWN_HOSTS");
  });

  test("no variable but those that log in", () => {
    expect(refusal(() => parsed({ credentials: { LD_PRELOAD: "x" } }))).toContain("backup.credentials");
  });

  test("the firewall lets containers of the edge reach that server", () => {
    const given = { repository: "sftp://iot@192.0.2.7:2222//srv/iot", credentials: ssh };
    const rules = (backup: Given) =>
      nftablesRuleset(
        parsed(backup, {
          environment: "production",
          hosts: ["iot.example.org"],
          networks: { edge: { ipv4: "10.1.0.0/24" } },
        }),
      );
    expect(rules(given)).toMatch(/ip daddr 192\.0\.2\.7\/32 tcp dport 2222 counter accept/);
    expect(rules({})).not.toContain("dport 2222");
  });

  test("folders that the site file names are told as not saved", () => {
    const notes = {
      build: { context: "notes" },
      networks: ["broker" as const],
      health: { process: "notes" },
    };
    const warnings = (enabled: boolean) =>
      warningsOf(
        parseDeployment(
          { name: "site", services: { notes }, policies: { rules: "rules" }, backup: { enabled } },
          "test",
        ),
      ).filter((line) => line.startsWith("not in backups"));
    expect(warnings(false)).toEqual([]);
    expect(warnings(true)).toEqual([
      "not in backups: the folders notes, rules, which a restore onto a new machine needs: keep them with the site file elsewhere",
    ]);
  });

  test.each([
    [undefined, /lost with the machine: set backup\.repository/],
    ["/srv/backups", /\/srv\/backups of the engine's machine/],
  ])("on the same machine is warned of: %s", (repository, words) => {
    expect(warningsOf(parsed(repository === undefined ? {} : { repository })).join("\n")).toMatch(words);
  });

  test("elsewhere is not", () => {
    expect(warningsOf(parsed({ repository: "s3:https://s3.example.org/bucket" }))).toEqual([]);
  });
});

describe("which volumes", () => {
  test("none of the kit's own application", () => {
    expect(savedVolumes(parsed({}))).toEqual([]);
  });

  test("those that services keep, ACME's account, and Redis where an own service has keys", () => {
    const wiki = {
      image: "example/wiki@sha256:".concat("0".repeat(64)),
      health: { path: "/" },
      port: 8080,
      volumes: [{ name: "pages", path: "/pages" }],
      redis: {},
      secrets: { REDIS_PASSWORD: { value: "{redis.password}" } },
    };
    const deployment = parsed(
      {},
      {
        environment: "production",
        bind: "lan",
        hosts: ["iot.example.org"],
        tls: { certificate: { source: "acme", email: "ops@example.org" } },
        services: { wiki },
      },
    );
    expect(savedVolumes(deployment)).toEqual([
      { service: "wiki", name: "pages", part: "wiki-pages-data" },
      { service: "renewer", name: "acme", part: "acme" },
      { service: "redis", name: "data", part: "redis-data" },
    ]);
  });
});

test("its role at PostgreSQL is there only where backups are made, and has no power but to read", () => {
  const store = { database: "readings", user: "app" };
  expect(rolesSql(store, [])).not.toContain("app_backup");
  const sql = rolesSql(store, [], { reader: "app_backup" });
  expect(sql).toContain(
    `ALTER ROLE "app_backup" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 8 PASSWORD :'password';`,
  );
  expect(sql).toContain('GRANT pg_read_all_data TO "app_backup";');
});

describe("the archive", () => {
  test("is off unless a deployment says so, and asks for backups and for a database of its own", () => {
    expect(parsed({}).backup.archive).toBe(false);
    expect(refusal(() => parsed({ enabled: false, archive: true }))).toContain(
      "true where backup.enabled is true, since it is the log of this deployment's PostgreSQL, kept with its backups",
    );
    expect(refusal(() => parsed({ archive: true }, { postgres: { enabled: false } }))).toContain(
      "true where postgres.enabled is true",
    );
  });

  test("has a role of its own, which replicates and is let into no database, from the database's network alone", () => {
    const store = { database: "readings", user: "app" };
    const sql = rolesSql(store, [], { reader: "app_backup", receiver: "app__archive" });

    expect(sql).toContain(
      `ALTER ROLE "app__archive" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE REPLICATION NOBYPASSRLS CONNECTION LIMIT 4 PASSWORD :'password';`,
    );
    expect(sql).not.toMatch(/GRANT .*app__archive/);
    expect(pgHba([], false, "app__archive").split("\n").slice(2)).toEqual([
      "host    replication  app__archive  samenet  scram-sha-256",
      "",
    ]);
    expect(pgHba([], true, "app__archive")).toContain("\nhostssl replication  app__archive  samenet");
  });

  test("leaves no slot behind that keeps log, once it is off", () => {
    const drop = "pg_drop_replication_slot(slot_name)";
    const store = { database: "readings", user: "app" };

    expect(rolesSql(store, [])).toContain(drop);
    expect(rolesSql(store, [], { receiver: "app__archive" })).not.toContain(drop);
  });

  test.each([true, false])("the server keeps a bounded piece of its log for one that is gone: %s", (tls) => {
    const conf = postgresqlConf({ limits: { memoryMiB: 256, cpus: 1 }, logConnections: false, tls });

    expect(conf).toContain("\nwal_level = replica\nmax_slot_wal_keep_size = 1024MB\n");
  });
});
