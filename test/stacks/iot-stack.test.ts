import { rmSync, writeFileSync } from "node:fs";
import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import { POSTGRES_MAJOR } from "../../core/postgres-major.ts";
import { lastAddress } from "../../core/subnets.ts";
import { bridgeName } from "../../firewall/bridges.ts";
import type { NetworkName } from "../../site/settings.ts";
import {
  byRole,
  containersOf,
  custom,
  labelOf,
  type RawContainer,
  type RawStack,
  Sandbox,
} from "../support/synthesized.ts";

type Input = Omit<DeploymentInput, "name">;
const inputs: [string, Input][] = [
  ["local", local],
  ["production", production],
  ["an own application", custom],
];

function sandbox(name?: string): Sandbox {
  const made = new Sandbox(name);
  onTestFinished(() => made.remove());
  return made;
}

/** Role to the networks that it is on, with the names it has there. */
function attachments(made: Sandbox, json: RawStack): Record<string, unknown> {
  const stack = made.stack();
  return Object.fromEntries(
    Object.keys(byRole(json))
      .filter((role) => !role.endsWith("-files"))
      .map((role) => {
        const spec = stack.containers.find(({ labels }) => labels["exploreiot.role"] === role);
        const networks = spec?.networks.map(({ name, aliases }) => `${name.split("-").at(-1)}:${aliases}`);
        return [role, networks?.join(" ")];
      }),
  );
}

describe("the networks of", () => {
  test("the reference application keep the frontend from broker and databases", () => {
    const made = sandbox();
    const json = made.json(local);

    expect(attachments(made, json)).toEqual({
      mosquitto: "broker:mosquitto",
      postgres: "data:postgres",
      redis: "data:redis",
      migrate: "data:migrate",
      api: "edge:backend,api data:backend,api",
      ingest: "broker:ingest data:ingest",
      frontend: "edge:frontend",
    });
    expect(
      Object.values(json.resource.docker_network).map(({ "//": _, depends_on, ...network }) => network),
    ).toEqual([
      { name: `exploreiot-${made.name}-broker`, internal: false, ...bridge("broker") },
      { name: `exploreiot-${made.name}-data`, internal: true, ...bridge("data") },
      { name: `exploreiot-${made.name}-edge`, internal: false, ...bridge("edge") },
    ]);

    function bridge(network: NetworkName) {
      const options = {
        "com.docker.network.bridge.name": bridgeName(made.name, network),
        "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1",
      };
      const labels = [
        { label: "com.docker.compose.project", value: `exploreiot-${made.name}` },
        { label: "com.docker.compose.network", value: `exploreiot-${made.name}-${network}` },
      ];
      return { driver: "bridge", ipv6: false, options, labels, lifecycle: { ignore_changes: ["labels"] } };
    }
  });

  test("an own application hold every replica at its role's name and its own, with the subnets it was given", () => {
    const made = sandbox();
    const json = made.json(custom);
    const { edge, data } = Object.fromEntries(
      made.stack().networks.map((n) => [n.name.split("-").at(-1), n]),
    );

    expect(attachments(made, json)).toMatchObject({
      api: "edge:backend,api broker:backend,api data:backend,api",
      "worker-1": "data:worker,worker-1",
      "worker-2": "data:worker,worker-2",
      beat: "broker:beat data:beat",
    });
    expect([edge?.subnets, data?.subnets, edge?.ipv6]).toEqual([
      [
        { subnet: "172.30.1.0/24", gateway: "172.30.1.1" },
        { subnet: "fd00:30:1::/64", gateway: "fd00:30:1::1" },
      ],
      [{ subnet: "172.30.3.0/24", gateway: "172.30.3.1" }],
      true,
    ]);
  });

  test("a deployment with TLS keep the edge from broker and databases, at the one address that is believed", () => {
    const made = sandbox();
    const json = made.json(production);
    const [network] = made.stack().networks.filter(({ name }) => name.endsWith("-edge"));
    const [subnet = ""] = (network?.subnets ?? []).map((entry) => entry.subnet);
    const edge = made.stack().containers.find(({ labels }) => labels["exploreiot.role"] === "edge");

    expect(attachments(made, json)).toMatchObject({ edge: "edge:edge", frontend: "edge:frontend" });
    expect(subnet).toMatch(/^10\.2[2-3]\d\.\d+\.\d+\/28$/);
    expect(edge?.networks[0]?.address).toBe(lastAddress(subnet));
    expect(byRole(json).api?.env).toContain(`TRUSTED_PROXIES=${lastAddress(subnet)}`);
    expect(byRole(sandbox().json(local)).api?.env).toContain("TRUSTED_PROXIES=");
  });

  test("the plain listeners take as many connections of a source in the application as in the packet filter", () => {
    const listeners = {
      frontend: { ...local.listeners?.frontend, connectionsPerSource: 300 },
      backend: { ...local.listeners?.backend, connectionsPerSource: 40 },
    };
    const said = (deployment: typeof local) => {
      const { frontend, api } = byRole(sandbox().json(deployment));
      return [frontend?.env, api?.env];
    };
    const most = (count: number) => expect.arrayContaining([`MAX_CONNECTIONS_PER_CLIENT=${count}`]);

    expect(said({ ...local, listeners })).toEqual([most(300), most(40)]);
    expect(said(local)).toEqual([most(100), most(100)]);
  });

  test("any deployment are named by id, so that a replaced network replaces its containers first", () => {
    const names = containersOf(sandbox().json(local)).flatMap(
      ({ networks_advanced }) => (networks_advanced ?? []) as { name: string }[],
    );

    expect(names).toHaveLength(9);
    expect(names.filter(({ name }) => !/^\$\{docker_network\.\w+\.id\}$/.test(name))).toEqual([]);
  });
});

describe("published ports", () => {
  // As README.md and the comments of each configuration promise them.
  const promised: Readonly<Record<string, readonly string[]>> = {
    local: ["api 127.0.0.1:8000", "frontend 127.0.0.1:3000", "mosquitto 127.0.0.1:1883"],
    production: ["edge 0.0.0.0:443", "mosquitto 0.0.0.0:8883"],
    "an own application": [
      "api 192.0.2.7:8100",
      "edge 0.0.0.0:443",
      "frontend 0.0.0.0:3100",
      "mosquitto 0.0.0.0:1983",
      "mosquitto 0.0.0.0:8883",
    ],
  };

  test.each(inputs)("of %s are those that were promised, no more and no less", (name, input) => {
    const published = containersOf(sandbox().json(input)).flatMap((container) =>
      ((container.ports ?? []) as { external: number; ip: string; protocol: string }[]).map(
        ({ external, ip, protocol }) => [`${labelOf(container, "role")} ${ip}:${external}`, protocol],
      ),
    );

    expect(published.sort()).toEqual(promised[name]?.map((port) => [port, "tcp"]));
  });

  test("of a database alone are none, and nobody looks for its certificates", () => {
    const off = { enabled: false };
    const made = sandbox();
    const json = made.json({
      ...production,
      ...{ mosquitto: off, redis: off, backend: off, frontend: off },
      tls: { certificate: { source: "acme", email: "ops@example.org" } },
    });

    expect(containersOf(json).filter(({ ports }) => ports !== undefined)).toEqual([]);
    expect(made.stack().preflight).toMatchObject({ issued: false });
    expect(made.stack().networks.map(({ name }) => name)).toEqual([`exploreiot-${made.name}-data`]);
  });

  test("lead to the ports inside, at the addresses that were chosen", () => {
    const { frontend, api, mosquitto, edge } = byRole(sandbox().json(custom));

    expect([frontend?.ports, api?.ports, mosquitto?.ports, edge?.ports]).toEqual([
      [{ internal: 3000, external: 3100, ip: "0.0.0.0", protocol: "tcp" }],
      [{ internal: 9000, external: 8100, ip: "192.0.2.7", protocol: "tcp" }],
      [
        { internal: 1883, external: 1983, ip: "0.0.0.0", protocol: "tcp" },
        { internal: 8883, external: 8883, ip: "0.0.0.0", protocol: "tcp" },
      ],
      [{ internal: 8443, external: 443, ip: "0.0.0.0", protocol: "tcp" }],
    ]);
  });
});

describe("what is synthesized", () => {
  test("lets the edge pass its access log on in batches", () => {
    const { edge } = byRole(sandbox().json(production));
    expect(edge?.entrypoint).toEqual([
      ...["/bin/sh", "/run/exploreiot/watch-then-run.sh", "USR2", expect.stringContaining("edge.crt")],
      ...["perl", "/run/exploreiot/batch-output.pl"],
      ...[
        "env",
        "LD_PRELOAD=/usr/lib/exploreiot/in-turn.so",
        "haproxy",
        "-W",
        "-db",
        "-f",
        "/run/exploreiot/haproxy.cfg",
      ],
    ]);
  });

  test.each(inputs)("for %s holds no secret, neither plain nor hashed", (_, input) => {
    const made = sandbox();
    made.synthesize(input);
    const text = made.synthesized();
    const names = made.secretNames();
    const forms = names.flatMap((name) => {
      const value = made.secrets.value(name);
      return [
        value,
        Buffer.from(value).toString("base64"),
        encodeURIComponent(value),
        made.secrets.redisHash(name),
      ];
    });

    expect(names.length).toBeGreaterThanOrEqual(7);
    expect(forms.filter((form) => text.includes(form))).toEqual([]);
    expect(text).not.toContain("$7$101$");
  });

  test.each(inputs)("for %s names files of this machine by relative path only", (_, input) => {
    const made = sandbox();
    const sources = containersOf(made.json(input)).flatMap(({ upload }) =>
      ((upload ?? []) as { source?: string }[]).flatMap(({ source }) => source ?? []),
    );

    expect(sources.length).toBeGreaterThanOrEqual(6);
    expect(
      sources.filter((source) => !/^\.\.\/\.\.\/\.\.\/(secrets|files|pki\/pairs)\//.test(source)),
    ).toEqual([]);
    expect(made.synthesized()).not.toContain(projectRoot);
  });

  test.each(inputs)("for %s is the same to the byte the second time", (_, input) => {
    const made = sandbox();

    expect(made.synthesize(input)).toBe(made.synthesize(input));
  });

  test("shares no name with deployments that are called almost alike", () => {
    const names = ({ resource }: RawStack) =>
      (["docker_container", "docker_network", "docker_volume"] as const).flatMap((type) =>
        Object.values(resource[type]).map(({ name }) => `${type} ${name}`),
      );
    const one = sandbox();
    const parts = ["api", "edge", "worker", "redis", "2"];
    const all = [one, ...parts.map((part) => sandbox(`${one.name}-${part}`))].map((made) =>
      names(made.json(custom)),
    );

    expect(all.map(({ length }) => length)).toEqual(all.map(() => 24 + 3 + 16));
    expect(new Set(all.flat()).size).toBe(all.flat().length);
  });

  test("has Terraform forget, not delete, data that is declared no more, until it is declared again", () => {
    const made = sandbox();
    const forgotten = (input: Input) =>
      (made.json(input) as { readonly removed?: readonly object[] }).removed ?? [];
    const gone = (path: string) => ({
      from: expect.stringMatching(new RegExp(`^docker_volume\\.${path}_Volume_[0-9A-F]{8}$`)),
      lifecycle: { destroy: false },
    });
    const less = { ...custom, redis: { enabled: false }, frontend: { image: "registry.example/web:1" } };

    // Of PostgreSQL 15, which an earlier version of the kit declared.
    const former = gone("Postgres_Data");
    expect(forgotten(custom)).toEqual([former]);
    expect(forgotten(less)).toEqual([gone("Frontend_Volume-cache"), former, gone("Redis_Data")]);
    expect(forgotten(custom)).toEqual([former]);
  });

  test("keeps the certificate that a CA issued when its listeners are shut, also by way of another source", () => {
    const made = sandbox();
    const forgotten = (input: Input) => {
      const { removed = [] } = made.json(input) as {
        readonly removed?: readonly { readonly from: string }[];
      };
      return removed
        .map(({ from }) => from.replace(/^docker_volume\.|_[0-9A-F]{8}$/g, ""))
        .filter((name) => name !== "Postgres_Data_Volume");
    };
    const off = { enabled: false };
    const tls = (certificate: object) => ({ ...production, tls: { certificate } }) as Input;
    const shut: Input = { ...production, backend: off, frontend: off, listeners: { https: off, mqtts: off } };

    expect(forgotten(tls({ source: "acme", email: "ops@example.org" }))).toEqual([]);
    expect(forgotten(tls({ source: "internal" }))).toEqual(["Renewer_Account_Volume"]);
    expect(forgotten(shut)).toEqual(["Certificates_Volume", "Renewer_Account_Volume"]);
  });

  test("keeps data that somebody else's construct in the stack declares", () => {
    const made = sandbox();
    const json = made.json(custom, (stack) => {
      const { name } = new Volume(stack, "Own", { name: "own" });
      new Container(stack, "Writer", {
        name: "writer",
        image: "x",
        volumes: [{ volumeName: name, containerPath: "/data" }],
      });
    });

    expect(Object.keys(json.resource.docker_volume)).toContainEqual(expect.stringMatching(/^Own/));
    expect((made.json(custom) as { readonly removed?: readonly object[] }).removed).toContainEqual({
      from: expect.stringMatching(/^docker_volume\.Own/),
      lifecycle: { destroy: false },
    });
  });

  test("puts data in volumes that Terraform refuses to destroy, and the rest in others", () => {
    const protectedVolumes = (input: Input) => {
      const made = sandbox();
      return Object.values(made.json(input).resource.docker_volume)
        .filter(({ lifecycle }) => (lifecycle as { prevent_destroy?: boolean })?.prevent_destroy)
        .map(({ name }) => name.replace(`exploreiot-${made.name}-`, ""));
    };

    expect(protectedVolumes(local)).toEqual(["mosquitto-data", "postgres-17-data", "redis-data"]);
    expect(protectedVolumes(custom)).toEqual([
      "backend-uploads-data",
      "frontend-cache-data",
      "mosquitto-data",
      `postgres-${POSTGRES_MAJOR}-data`,
      "redis-data",
    ]);
  });
});

describe("a change replaces exactly the containers that read it:", () => {
  /** Roles whose config hash is another after `change`. */
  function replaced(input: Input, change: (made: Sandbox) => Input): readonly string[] {
    const made = sandbox();
    const hashes = (json: RawStack) =>
      Object.fromEntries(Object.entries(byRole(json)).map(([role, c]) => [role, labelOf(c, "config-hash")]));
    const before = hashes(made.json(input));
    const after = hashes(made.json(change(made)));
    return Object.keys(after)
      .filter((role) => before[role] !== after[role])
      .sort();
  }

  const rotate = (name: string) => (made: Sandbox) => {
    const path = made.secrets.path(name);
    rmSync(path);
    writeFileSync(path, "another-value", { mode: 0o400 });
    return local;
  };

  const of = (...roles: readonly string[]) => roles.flatMap((role) => [role, `${role}-files`]);
  test.each<[string, (made: Sandbox) => Input, readonly string[]]>([
    ["nothing for the same configuration", () => local, []],
    ["the password of a sensor", rotate("mqtt-sensor-password"), ["mosquitto", "mosquitto-files"]],
    ["the backend's password at the broker", rotate("mqtt-backend-password"), of("ingest", "mosquitto")],
    ["a role's password of the database", rotate("role-ingest-postgres-password"), of("ingest", "postgres")],
    ["a role's password of Redis", rotate("role-api-redis-password"), of("api", "redis")],
    ["the key that guards writing", rotate("backend-api-key"), of("api")],
    ["the password of Redis's probe", rotate("redis-health-password"), ["redis", "redis-files"]],
    [
      "a user more at the broker",
      () => ({ mosquitto: { users: [...(local.mosquitto?.users ?? []), { name: "more" }] } }),
      ["mosquitto", "mosquitto-files"],
    ],
    [
      "a tmpfs of the frontend",
      () => ({ ...local, frontend: { tmpfs: [{ path: "/tmp", sizeMiB: 17 }] } }),
      ["frontend"],
    ],
    ["the health path of the frontend", () => ({ ...local, frontend: { healthPath: "/" } }), ["frontend"]],
    [
      "the user of the backend",
      () => ({ ...local, backend: { user: "10009:10009" } }),
      of("api", "ingest", "migrate"),
    ],
  ])("%s", (_, change, roles) => {
    expect(replaced(local, change)).toEqual([...roles].sort());
  });
});

describe("an own application", () => {
  test("gets its secrets as files, or through a wrapper that starts its command", () => {
    const { api, migrate, "worker-1": worker } = byRole(sandbox().json(custom));
    const wrapper = ["/bin/sh", "/run/exploreiot/with-secrets.sh"];

    expect([api, migrate, worker].map((container) => [container?.entrypoint, container?.command])).toEqual([
      [[...wrapper, "serve"], []],
      [[...wrapper, "migrate"], []],
      [[...wrapper, "work"], []],
    ]);
    expect(api?.env).toEqual([
      "DB_HOST=postgres",
      "FORMAT=$${x} %%{y} $z",
      "SECRET_VARIABLES=DATABASE_URL",
      "SESSION_KEY_FILE=/run/exploreiot/SESSION_KEY",
    ]);
  });

  test("gives one role settings of its own, over those that all share", () => {
    const json = sandbox().json(custom);
    const { "worker-2": worker, beat } = byRole(json);
    const given = (container: RawContainer | undefined) => [
      container?.env,
      container?.memory,
      container?.cpus,
    ];

    expect(given(worker)).toEqual([
      [
        ...["DB_HOST=none", "FORMAT=$${x} %%{y} $z", "ONLY=here", "QUEUE_KEY_FILE=/run/exploreiot/QUEUE_KEY"],
        ...["SECRET_VARIABLES=DATABASE_URL", "SESSION_KEY_FILE=/run/exploreiot/SESSION_KEY"],
      ],
      64,
      "1.0",
    ]);
    expect(given(beat)).toEqual([byRole(json).api?.env, 192, "1.0"]);
  });

  test("mounts for each role the files of its own, shared by its replicas", () => {
    const made = sandbox();
    const json = made.json(custom);
    const containers = containersOf(json).filter(({ volumes }) => volumes !== undefined);
    const mounted = containers.map((container) => {
      const files = (container.volumes as { container_path: string; volume_name: string }[]).filter(
        ({ container_path }) => container_path === "/run/exploreiot",
      );
      const names = Object.entries(json.resource.docker_volume);
      return [
        labelOf(container, "role"),
        files.map(({ volume_name }) => {
          const volume = names.find(([id]) => volume_name === `\${docker_volume.${id}.name}`);
          return volume?.[1].name.replace(`exploreiot-${made.name}-`, "");
        }),
      ];
    });

    expect(Object.fromEntries(mounted)).toMatchObject({
      ...{ api: ["api-files"], migrate: ["migrate-files"], beat: ["beat-files"] },
      ...{ "worker-1": ["worker-files"], "worker-2": ["worker-files"], postgres: ["postgres-files"] },
    });
  });

  test("is probed in the way that each role asks for", () => {
    const { api, beat, "worker-2": worker } = byRole(sandbox().json(custom));
    const probe = (container: unknown) => (container as { healthcheck: { test: string[] } }).healthcheck.test;

    const steady = ["CMD", "/run/exploreiot-probe/probe", "steady", "10000", "300000", "3"];
    const get = (path: string) => [...steady, "http", "9000", path, "iot.example.org", "3"];
    expect(probe(worker)).toEqual([...steady, "run", "sh", "-c", "check $${HOME}"]);
    expect(probe(api)).toEqual(get("/health"));
    expect(probe(beat)).toEqual(get("/beat"));
  });

  test("has the probe's program in each service, read-only", () => {
    const made = sandbox();
    made.synthesize(custom);
    const having = made
      .stack()
      .containers.filter(({ volumes }) => volumes.some(({ path }) => path === "/run/exploreiot-probe"))
      .map(({ labels, volumes }) => [
        labels["exploreiot.role"],
        volumes.find(({ path }) => path === "/run/exploreiot-probe")?.readOnly,
      ]);

    expect(Object.fromEntries(having)).toEqual({
      ...{ api: true, beat: true, edge: true, frontend: true, mosquitto: true, postgres: true },
      ...{ firewall: true, redis: true, "worker-1": true, "worker-2": true, "probe-files": false },
    });
  });

  test("starts after its migration, which starts after the stores and, where there is a way out, the firewall", () => {
    const made = sandbox();
    made.synthesize(custom);
    const roles = Object.fromEntries(
      made
        .stack()
        .containers.map(({ labels, dependsOn }) => [
          labels["exploreiot.role"],
          dependsOn.map((name) => name.replace(`exploreiot-${made.name}-`, "")),
        ]),
    );
    const firewall = ["firewall-files", "firewall"];
    const stores = ["mosquitto-files", "mosquitto", "postgres-files", "postgres", "redis-files", "redis"];
    const probe = ["probe-files"];

    expect(roles).toMatchObject({
      postgres: ["postgres-files", ...probe],
      "postgres-files": [],
      mosquitto: expect.arrayContaining(["mosquitto-files", ...firewall]),
      migrate: ["migrate-files", ...firewall, "backend-uploads-data-files", ...stores],
      api: ["api-files", ...firewall, ...probe, "backend-uploads-data-files", ...stores, "migrate"],
      frontend: [...firewall, ...probe, "frontend-cache-data-files"],
    });
  });
});
