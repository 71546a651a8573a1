import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { loadInputs } from "../../policies/inputs/load.ts";
import { finding, type Language } from "../../policies/language.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The findings of the rules on a compose file, as `ID path: evidence` and `ID path: why it cannot be known`. */
function said(compose: string, ids: RegExp = /./) {
  const folder = join(temporaryFolder(), "project");
  mkdirSync(folder);
  writeFileSync(join(folder, "compose.yaml"), compose);
  const reports = loadInputs({ paths: [join(folder, "compose.yaml")] }).inputs.flatMap(({ stack }) =>
    evaluate(stack, policies),
  );
  const those = reports.filter(({ policy }) => ids.test(policy.id));
  return {
    found: those.flatMap(({ findings }) =>
      findings.map(({ policy, severity, path, evidence }) => `${policy} ${severity} ${path}: ${evidence}`),
    ),
    unknown: those.flatMap(({ policy, notEnforceable }) =>
      notEnforceable
        .filter(({ reason }) => reason.startsWith("cannot be known here: "))
        .map(({ path, reason }) => `${policy.id} ${path}: ${reason.slice("cannot be known here: ".length)}`),
    ),
  };
}

const nothing = { found: [], unknown: [] };

describe("a compose file that the kit did not make", () => {
  test("what has no name of a secret is none, known or not", () => {
    expect(
      said(
        `services: {w: {image: nginx, environment: {TZ: "\${ZONE}", REGION: , TOKEN_TTL: "3600", WITH_PASSWORD: "no"}}}`,
        /^SEC/,
      ),
    ).toEqual(nothing);
  });

  test("what has one is weighed by where its value stands", () => {
    expect(
      said(`services: {w: {image: nginx, environment: {SMTP_PASS: hidden8, SIGNING_KEY: "\${KEY}"}}}`, /^SEC/)
        .found,
    ).toEqual([
      "SEC-001 medium services.w: SIGNING_KEY has a value that is not known here",
      "SEC-001 critical services.w: SMTP_PASS has a value",
    ]);
  });

  test.each([
    ["its own name", "db: {image: 'postgres:16'}", "{DB_URL: 'postgres://db/x', PGHOST: db}"],
    ["the name of its container", "db: {image: 'postgres:16', container_name: store}", "{PGHOST: store}"],
    ["its hostname", "db: {image: 'postgres:16', hostname: store}", "{PGHOST: 'store:5432'}"],
    ["an alias", "db: {image: 'postgres:16', networks: {default: {aliases: [store]}}}", "{PGHOST: store}"],
    ["a name with dots", "db.main: {image: 'postgres:16'}", "{PGHOST: db.main}"],
  ])("a service is known by %s", (_, database, environment) => {
    expect(
      said(`services:\n  app: {image: a, environment: ${environment}}\n  ${database}\n`, /^(NET-011|TLS-01)/),
    ).toEqual(nothing);
  });

  test("a link gives it another name, and talks", () => {
    expect(
      said(
        "services: {app: {image: a, links: ['cache:fast'], environment: {REDIS_HOST: fast}}, cache: {image: 'redis:7'}}",
        /^(NET-011|TLS-011)/,
      ),
    ).toEqual(nothing);
  });

  test("who waits for another talks to it", () => {
    const services = (dependence: string) => `services: {app: {image: a${dependence}}, b: {image: b}}`;

    expect(said(services(", depends_on: {b: {condition: service_started}}"), /NET-011/)).toEqual(nothing);
    expect(said(services(""), /NET-011/).found).toHaveLength(1);
  });

  test("a host that is told later cannot be known", () => {
    expect(said(`services: {app: {image: a, environment: {PGHOST: "\${DB}"}}}`, /TLS-010/)).toEqual({
      found: [],
      unknown: ["TLS-010 services.app: PGHOST leads to a host not known here"],
    });
  });

  test.each([
    ["a web page for Redis", "redis/redisinsight:2.68"],
    ["an exporter", "bitnami/postgres-exporter:0.16"],
    ["an API over a database", "postgrest/postgrest:v12"],
    ["a connection pool", "edoburu/pgbouncer:1.23"],
    ["a backup job", "prodrigestivill/postgres-backup-local:17"],
    ["a broker of another kind", "rabbitmq-exporter:1"],
    ["an administration page", "dpage/pgadmin4:9"],
  ])("%s is not the store", (_, image) => {
    expect(
      said(`services: {x: {image: "${image}", ports: ["8081:8081"]}}`, /^(RDS|PGS|MQT|VOL-001|NET-006)/),
    ).toEqual(nothing);
  });

  test("a client that runs in the image of a store is not the store", () => {
    expect(
      said(
        "services: {x: {image: 'postgres:17', command: 'sh -c \"pg_dump -h db app > /b/app.sql\"'}, y: {image: 'redis:7', entrypoint: redis-cli, command: -h cache monitor}}",
        /^(RDS|PGS|VOL-001|NET-00)/,
      ).found.filter((line) => !line.includes("NET-008")),
    ).toEqual([]);
  });

  test.each([
    ["a fork", "image: ghcr.io/acme/postgres:17"],
    ["a mirror", "image: registry.test:5000/library/postgres:17"],
    ["a tag that is chosen later", 'image: "postgres:${TAG}"'],
    ["a registry that is chosen later", 'image: "${MIRROR}/postgres:17"'],
    ["a program that is named", "image: acme/base:1, command: postgres -c fsync=on"],
  ])("%s of a store is the store", (_, image) => {
    expect(said(`services: {x: {${image}, ports: ["5432:5432"]}}`, /NET-006/).found).toEqual([
      "NET-006 critical services.x: port 5432 (host port 5432 of every address) is published",
    ]);
  });

  test("the database that a client means is told by its server, its type and its port", () => {
    const client = (environment: string) =>
      said(
        `services: {app: {image: a, environment: {${environment}}}, mariadb: {image: 'mariadb:11'}, pg: {image: 'postgres:17'}}`,
        /PGS-004/,
      );

    for (const other of [
      "DB_HOST: mariadb, DB_USER: postgres",
      "DB_TYPE: mysql, DB_USER: postgres",
      "DB_PORT: 3306, DB_USER: '${U}'",
    ])
      expect(client(other)).toEqual(nothing);
    expect(client("DB_HOST: pg, DB_USER: postgres").found).toEqual([
      "PGS-004 medium services.app: DB_USER logs in as postgres, a superuser",
    ]);
  });

  test("variables of the kit's application are asked of nobody else, however a service is called", () => {
    expect(
      said(
        "services: {backend: {build: .}, api: {image: 'acme/api:1'}, frontend: {image: 'acme/frontend:2'}, redis: {build: ./r}}",
        /^(HTP|NET-001|TLS-001|RDS|CTR-039)/,
      ),
    ).toEqual(nothing);
  });

  test("the engine's defaults are no findings, a limit of none is", () => {
    expect(
      said(
        "services: {w: {image: nginx, pids_limit: -1, restart: always, healthcheck: {test: [CMD, curl, -f, localhost]}}}",
        /^CTR-(013|015|016)/,
      ).found,
    ).toEqual(["CTR-013 medium services.w: pids_limit is -1"]);
  });

  test("a network that is made elsewhere is not known", () => {
    expect(
      said(
        "services: {db: {image: 'postgres:16', networks: [shared]}}\nnetworks: {shared: {external: true}}",
        /^NET-(007|009|017|018)/,
      ),
    ).toEqual({ found: [], unknown: ['NET-009 services.db: the network "shared" is not known'] });
  });

  test("a folder of the host keeps data", () => {
    expect(
      said(
        "services: {r: {image: 'redis:7', volumes: ['./data:/data']}, p: {image: 'postgres:17', volumes: ['./pg:/var/lib/postgresql/data']}}",
        /^(RDS-008|PGS-006|VOL-001)/,
      ).found.filter((line) => !line.includes(" is not set")),
    ).toEqual([
      'VOL-001 low services.p: a mount of type "bind" is at "/var/lib/postgresql/data"',
      'VOL-001 low services.r: a mount of type "bind" is at "/data"',
    ]);
  });

  test("the same setting weighs less on loopback, and least where nothing is published", () => {
    const redis = (ports: string) =>
      said(`services: {r: {image: 'redis:7'${ports}}}`, /^(NET-006|RDS-001)/).found.map((line) =>
        line.split(" ").slice(0, 2).join(" "),
      );

    expect(redis(", ports: ['6379:6379']")).toEqual(["NET-006 critical", "RDS-001 critical"]);
    expect(redis(", network_mode: host")).toEqual(["RDS-001 critical"]);
    expect(redis(", ports: ['127.0.0.1:6379:6379']")).toEqual(["NET-006 low", "RDS-001 medium"]);
    expect(redis("")).toEqual(["RDS-001 medium"]);
  });

  test("an address that is chosen later exposes nobody that is known", () => {
    expect(said(`services: {r: {image: 'redis:7', ports: ["\${IP}:6379:6379"]}}`, /NET-006/)).toEqual({
      found: [],
      unknown: ["NET-006 services.r: port 6379 is published on an address that is not known here"],
    });
  });

  test("a port on loopback, and an edge without ports, are no critical matter", () => {
    expect(
      said(
        "services: {a: {image: 'a:1', ports: ['127.0.0.1:9443:9443']}, e: {image: 'caddy:2'}, t: {image: 'traefik:v3'}}",
      ).found.filter((line) => line.includes(" critical ")),
    ).toEqual([]);
  });

  test("a configuration that is not at hand cannot be known", () => {
    expect(
      said(
        "services: {m: {image: 'eclipse-mosquitto:2', ports: ['1883:1883'], volumes: ['./c:/mosquitto/config']}, r: {image: 'redis:7', command: redis-server /etc/r.conf}}",
        /^(MQT-00[45]|RDS-001)/,
      ),
    ).toEqual({
      found: [],
      unknown: [
        "MQT-004 services.m: its mosquitto.conf is not known here",
        "MQT-005 services.m: its mosquitto.conf is not known here",
        "RDS-001 services.r: /etc/r.conf: its text is not known here",
      ],
    });
  });

  test("a finding about the whole file has one place, no matter how its folder is called", () => {
    expect(loadStackPath("one")).toBe(loadStackPath("other"));
  });
});

function loadStackPath(name: string): string | undefined {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder);
  writeFileSync(join(folder, "compose.yaml"), "services: {a: {image: i}}\n");
  return loadInputs({ paths: [join(folder, "compose.yaml")] }).inputs[0]?.stack.of(["stack"])[0]?.path;
}

/** Words of the kit's site file and constructs; of Terraform's provider; and of both. */
const KIT =
  /ServiceContainer|JobContainer|FileDelivery|DataVolume|of the configuration|in the configuration|exploreiot\.|secretFile|listener(s)? (of|https)/;
const PROVIDER =
  /memory_swap|memorySwap|security_opts|destroy_grace|networks_advanced|networksAdvanced|(pid|ipc|cgroupns)_mode|capabilities\.|bind_options|docker_(volume|network|image|container)|nano_cpus|memory_bytes|max_retry|ports\.(ip|internal|external)|ipam_config|registry_auth|publish_all_ports|known only at apply/;

describe("what is allowed and what to do stand in the language of the input", () => {
  const foreign = (language: Language) =>
    policies
      .filter(({ dialect }) => language !== "compose" || dialect === undefined)
      .filter(({ looksAt }) =>
        looksAt.some((type) => type === "docker_container" || type === "docker_network"),
      )
      // They look at the kit's stacks alone, or at what a compose file cannot say.
      .filter(({ id }) => !["CTR-032", "CTR-039", "PRV-005", "NET-001", "TLS-001", "SEC-014"].includes(id))
      .map((policy) => ({ id: policy.id, ...finding(policy, "", "", language) }))
      .map(({ id, allowed, fix }) => `${id} ${allowed} ${fix}`);

  test("of a compose file in Compose's keys", () => {
    expect(foreign("compose").filter((text) => KIT.test(text) || PROVIDER.test(text))).toEqual([]);
  });

  test("of somebody's Terraform without words of the kit", () => {
    expect(foreign("terraform").filter((text) => KIT.test(text))).toEqual([]);
  });

  test("evidence too", () => {
    const { found } = said(
      "services: {a: {image: 'a:1', memswap_limit: 64m, mem_limit: 32m, pid: host, ipc: host, ports: ['80:80'], security_opt: ['seccomp:unconfined']}}",
    );

    expect(found.filter((text) => PROVIDER.test(text))).toEqual([]);
    expect(found).toEqual(
      expect.arrayContaining([
        "CTR-002 high services.a: cap_drop is not set",
        "CTR-010 low services.a: memswap_limit is 64 MiB, mem_limit is 32 MiB",
        'CTR-020 high services.a: pid is "host"',
        'CTR-021 high services.a: ipc is "host"',
        'CTR-029 high services.a: security_opt holds "seccomp:unconfined"',
        "NET-004 low services.a: host_ip of port 80 is not set",
      ]),
    );
  });

  test("the kit's own stacks in that of the site file", () => {
    const memory = policies.find(({ id }) => id === "CTR-009");

    expect(
      (["terraform", "compose", "site"] as const).map(
        (language) => memory && finding(memory, "", "", language).fix,
      ),
    ).toEqual([
      "set memory",
      "set mem_limit, for example 256m",
      "set limits.memoryMiB of the service in the configuration",
    ]);
  });
});
