import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import { parseDeployment } from "../../config/parse.ts";
import { production } from "../../config/production.ts";
import type { SecretText } from "../../core/secret-text.ts";
import { accessControlList } from "../../services/mosquitto/access.ts";
import { mosquittoMemory } from "../../services/mosquitto/memory.ts";
import { brokerUsers, mosquittoConf } from "../../services/mosquitto/mosquitto.ts";
import { devicePatterns } from "../../services/mosquitto/tls.ts";
import { pgHba } from "../../services/postgres/files.ts";
import { postgresMemory } from "../../services/postgres/memory.ts";
import { rolesSql } from "../../services/postgres/roles.ts";
import { redisConf } from "../../services/redis/redis.ts";
import { redisUsers } from "../../services/redis/users.ts";
import { databaseLogins, redisLogins } from "../../services/store-logins.ts";
import { Sandbox } from "../support/synthesized.ts";

const TLS = [
  "tls_version tlsv1.2",
  "ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305",
  "ciphers_tls1.3 TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
  "certfile /certs/current/edge.crt",
  "keyfile /certs/current/edge.key",
];

/** The shipped production deployment, with certificates for MQTT clients and a topic that they read. */
const withDevices = () =>
  parseDeployment(
    {
      ...production,
      name: "site",
      listeners: { ...production.listeners, mqtt: {} },
      tls: { mqttClients: "certificates" },
      mosquitto: { ...production.mosquitto, devices: { subscribe: ["command/%u/#"] } },
    },
    "test",
  );

describe("Mosquitto", () => {
  test.each([
    [32, 16_384, false, { plainConnections: 586, tlsConnections: 0, sessions: 1024, full: 22_145_925 }],
    [64, 16_384, true, { plainConnections: 293, tlsConnections: 506, sessions: 2048, full: 44_291_850 }],
    [256, 16_384, true, { plainConnections: 1172, tlsConnections: 2025, sessions: 8192, full: 177_167_400 }],
    [256, 65_536, true, { plainConnections: 332, tlsConnections: 825, sessions: 8192, full: 177_167_400 }],
    [
      4096,
      16_384,
      true,
      { plainConnections: 8000, tlsConnections: 8000, sessions: 131_072, full: 2_834_678_415 },
    ],
  ])(
    "divides %i MiB among connections, sessions and messages of up to %i bytes, with TLS: %s",
    (memoryMiB, packet, tls, expected) => {
      const memory = mosquittoMemory(memoryMiB, packet, tls);
      const { plainConnections, tlsConnections, sessions, full } = memory;

      expect({ plainConnections, tlsConnections, sessions, full }).toEqual(expected);
      // All that is counted, at once, stays below what nothing is accepted from.
      const { subscriptionBytes, retainedBytes, loginBytes, keptQueueBytes, short } = memory;
      expect(subscriptionBytes + retainedBytes + loginBytes + keptQueueBytes).toBeLessThan(short);
    },
  );

  test("listens once, knows no anonymous clients, and keeps messages within bounds", () => {
    expect(mosquittoConf(parseDeployment(local, "test"))).toBe(`listener 1883
max_connections 1172
max_topic_alias 0
allow_anonymous false
password_file /run/exploreiot/passwords
acl_file /run/exploreiot/acl
plugin /usr/lib/exploreiot/guard.so
plugin_opt_acl_file /run/exploreiot/acl
plugin_opt_former_file /run/exploreiot/former
plugin_opt_trusted health,backend
plugin_opt_data /mosquitto/data
plugin_opt_sessions 2048
plugin_opt_subscription_bytes 6710886
plugin_opt_retained_bytes 11184810
plugin_opt_login_bytes 3355443
plugin_opt_queue_bytes 8388608
plugin_opt_memory_short 36238786
plugin_opt_memory_full 44291850
persistence true
persistence_location /mosquitto/data/
autosave_interval 1
persistent_client_expiration 7d
max_packet_size 16384
max_inflight_messages 20
max_queued_messages 131072
max_queued_bytes 67108864
max_keepalive 65535
auto_id_prefix auto-
log_dest stderr
log_type error
log_type warning
log_type notice
`);
  });

  test("lets each user do what was declared, and no more", () => {
    expect(accessControlList(brokerUsers(parseDeployment(local, "test")), [])).toBe(`user health
topic read $SYS/broker/uptime

user backend
topic write status/backend
topic write alarm/+
topic read sensor/+
topic read status/+

user sensor
topic write sensor/+

user viewer
topic read sensor/+
topic read status/#
topic read alarm/+
`);
  });

  test("serves TLS next to it where that listener is open", () => {
    const lines = mosquittoConf(parseDeployment({ ...production, name: "site" }, "test")).split("\n");

    expect(lines.slice(0, lines.indexOf("allow_anonymous false"))).toEqual([
      "listener 1883",
      "max_connections 1172",
      "max_topic_alias 0",
      "listener 8883",
      "max_connections 2025",
      "max_topic_alias 0",
      ...TLS,
    ]);
  });

  test("asks devices for certificates that their own CA has signed and not revoked", () => {
    const lines = mosquittoConf(withDevices()).split("\n");

    expect(lines.slice(0, lines.indexOf("allow_anonymous false"))).toEqual([
      "listener 1883",
      "max_connections 1172",
      "max_topic_alias 0",
      "listener 8883",
      "max_connections 2025",
      "max_topic_alias 0",
      ...TLS,
      "use_username_as_clientid true",
      "cafile /certs/devices/ca.crt",
      "crlfile /certs/devices/crl.pem",
      "require_certificate true",
      "use_identity_as_username true",
    ]);
  });

  test("lets each device do under its own name what was declared for all of them", () => {
    const deployment = withDevices();

    expect(accessControlList(brokerUsers(deployment), devicePatterns(deployment))).toBe(`user health
topic read $SYS/broker/uptime

user backend
topic write status/backend
topic write alarm/+
topic read sensor/+
topic read status/+

user sensor
topic write sensor/+

pattern write sensor/%u
pattern write status/%u
pattern read command/%u/#
`);
  });

  test("has no user for a backend that is off, and none may do anything who has no topics", () => {
    const input = {
      name: "broker",
      backend: { enabled: false },
      frontend: { enabled: false },
      mosquitto: { users: [{ name: "idle" }] },
    };

    expect(accessControlList(brokerUsers(parseDeployment(input, "test")), [])).toBe(`user health
topic read $SYS/broker/uptime

user idle
`);
  });
});

test("Mosquitto is given a hash of each user's password, and its probe the only password in clear", () => {
  const sandbox = new Sandbox();
  onTestFinished(() => sandbox.remove());
  sandbox.synthesize(local);
  const file = (name: string) => readFileSync(join(sandbox.home, "files/mosquitto", name), "utf8");
  const users = ["health", "backend", "sensor", "viewer"];

  expect(file("passwords")).toBe(
    users.map((user) => `${user}:${sandbox.secrets.mosquittoHash(`mqtt-${user}-password`)}\n`).join(""),
  );
  expect(file("mosquitto_sub")).toBe(`-u health\n-P ${sandbox.secrets.value("mqtt-health-password")}\n`);
});

describe("PostgreSQL", () => {
  test("never plans for more than its memory, from 64 MiB to 64 GiB", () => {
    for (const memoryMiB of [64, 100, 256, 1000, 4096, 65_536]) {
      const { maxConnections, sharedBuffersMiB, workMemKiB, maintenanceWorkMemMiB, autovacuumWorkers } =
        postgresMemory(memoryMiB);
      const planned =
        sharedBuffersMiB +
        maintenanceWorkMemMiB * autovacuumWorkers +
        (maxConnections * workMemKiB * 2) / 1024;
      expect(planned, `${memoryMiB} MiB`).toBeLessThanOrEqual(memoryMiB * 0.63);
    }
  });

  test("lets in over the network the roles of the application alone, to their own database, with SCRAM", () => {
    const app = { database: "readings", user: "app" };
    const graphs = { database: "graphs", user: "app_graphs" };

    expect(pgHba([app, graphs], false)).toBe(`# type  database  user  address  method
local   all  postgres  peer
host    readings  app  all  scram-sha-256
host    graphs  app_graphs  all  scram-sha-256
`);
    expect(pgHba([app], true)).toContain("\nhostssl readings  app  all  scram-sha-256\n");
    expect(pgHba([], true)).toBe(`# type  database  user  address  method
local   all  postgres  peer
`);
  });

  test("has a user for each role: the migration owns the tables, the others have what is granted", () => {
    const logins = [
      { role: "migrate", user: "app", secret: "m", rights: "owner" },
      { role: "api", user: "app_api", secret: "a", rights: "granted" },
    ] as const;

    expect(
      rolesSql({ database: "readings", user: "app" }, logins),
    ).toBe(`SET log_min_error_statement = 'panic';
\\set password \`cat /run/exploreiot/superuser.password\`
ALTER ROLE postgres PASSWORD :'password';
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') AS wanted \\gset
\\if :wanted
CREATE ROLE "app";
\\endif
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_api') AS wanted \\gset
\\if :wanted
CREATE ROLE "app_api";
\\endif
\\set password \`cat /run/exploreiot/roles/migrate.password\`
ALTER ROLE "app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
\\set password \`cat /run/exploreiot/roles/api.password\`
ALTER ROLE "app_api" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = 'readings') AS wanted \\gset
\\if :wanted
CREATE DATABASE "readings" OWNER "app";
\\endif
REVOKE ALL ON DATABASE "readings" FROM PUBLIC;
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
DO $$ BEGIN PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name ~ '^exploreiot_archive_'; END $$;
\\connect "readings"
SET log_min_error_statement = 'panic';
SELECT pg_has_role('app_api', 'app', 'MEMBER') AS wanted \\gset
\\if :wanted
REVOKE "app" FROM "app_api";
\\endif
ALTER ROLE "app_api" RESET role;
GRANT CONNECT ON DATABASE "readings" TO "app_api";
`);
  });

  test("gives the roles of an own application the rows of all tables, once, so that its migration can take them back", () => {
    const [rows] = rightsOf({ migrate: { command: ["x"] } });

    expect(rows).toBe(`GRANT CONNECT, TEMPORARY ON DATABASE "exploreiot" TO "exploreiot_api";
SELECT NOT EXISTS (SELECT FROM pg_default_acl, aclexplode(defaclacl) WHERE grantee = 'exploreiot_api'::regrole) AS wanted \\gset
\\if :wanted
BEGIN;
ALTER DEFAULT PRIVILEGES FOR ROLE "exploreiot" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "exploreiot_api";
ALTER DEFAULT PRIVILEGES FOR ROLE "exploreiot" GRANT USAGE, SELECT ON SEQUENCES TO "exploreiot_api";
ALTER DEFAULT PRIVILEGES FOR ROLE "exploreiot" GRANT USAGE ON SCHEMAS TO "exploreiot_api";
DO $$ DECLARE place name; BEGIN
  FOR place IN SELECT nspname FROM pg_namespace WHERE nspname = 'public' OR nspowner = 'exploreiot'::regrole LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO "exploreiot_api"', place);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO "exploreiot_api"', place);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO "exploreiot_api"', place);
  END LOOP;
END $$;
COMMIT;
\\endif
`);
  });

  test("has each role of an application without a migration act as the owner, who logs in nowhere", () => {
    const [, sql] = rightsOf({});

    expect(sql).toContain(
      'ALTER ROLE "exploreiot" NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL;',
    );
    expect(
      sql.endsWith(`SET log_min_error_statement = 'panic';
GRANT "exploreiot" TO "exploreiot_api";
ALTER ROLE "exploreiot_api" SET role = 'exploreiot';
`),
    ).toBe(true);
  });

  test("knows no role that names no password of it", () => {
    const { backend, ...deployment } = parseDeployment({ name: "site", backend: { image: "x" } }, "test");

    expect(databaseLogins({ ...deployment, backend })).toEqual([]);
    expect(databaseLogins({ ...deployment, backend: { ...backend, enabled: false } })).toEqual([]);
  });

  /** From the connection rights of an own application's role on, and the whole. */
  function rightsOf(backend: object): readonly [string, string] {
    const secrets = { DB: { value: "{postgres.password}" } };
    const deployment = parseDeployment(
      { name: "site", backend: { image: "x", secrets, ...backend } },
      "test",
    );
    const sql = rolesSql(deployment.postgres, databaseLogins(deployment));
    return [sql.slice(sql.indexOf("GRANT CONNECT")), sql];
  }
});

describe("Redis", () => {
  test("keeps half of its memory free for the rewrite of its file, and bounds what clients make it hold", () => {
    expect(redisConf(64, "noeviction")).toBe(`bind * -::*
port 6379
protected-mode yes
aclfile /run/exploreiot/users.acl
enable-protected-configs no
enable-debug-command no
enable-module-command no
dir /data
appendonly yes
save ""
aof-use-rdb-preamble no
maxmemory 25mb
maxmemory-policy noeviction
maxclients 256
maxmemory-clients 25%
client-output-buffer-limit normal 4mb 2mb 30
client-output-buffer-limit pubsub 4mb 2mb 30
tcp-keepalive 60
timeout 600
daemonize no
logfile ""
`);
  });

  test("turns the default user off and keeps each role to its keys, channels and commands", () => {
    expect(filled(redisUsers(redisLogins(parseDeployment(local, "test"))))).toBe(`user default off
user health on <redis redis-health-password> resetchannels -@all +ping
user backend-api on <redis role-api-redis-password> resetchannels ~exploreiot:* &exploreiot:* +@read +@write +@pubsub +@connection -@admin -@dangerous
user backend-ingest on <redis role-ingest-redis-password> resetchannels %W~exploreiot:ingest* &exploreiot:* +publish +set +zadd +zremrangebyscore +@connection -@admin -@dangerous
`);
  });

  test("gives the roles of an own application the keys and channels below the prefix, or all where there is none", () => {
    const users = (keyPrefix: string) => {
      const secrets = { CACHE: { value: "{redis.password}" } };
      const input = { name: "site", redis: { keyPrefix }, backend: { image: "x", secrets } };
      return filled(redisUsers(redisLogins(parseDeployment(input, "test"))))
        .split("\n")
        .slice(2, -1);
    };
    const user = "user backend-api on <redis role-api-redis-password> resetchannels";

    expect(users("iot:")).toEqual([`${user} ~iot:* &iot:* +@all -@admin -@dangerous`]);
    expect(users("")).toEqual([`${user} ~* &* +@all -@admin -@dangerous`]);
  });

  const filled = (text: SecretText) =>
    text.map((part) => (typeof part === "string" ? part : `<${part.as} ${part.secret}>`)).join("");
});
