import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadDeployment, loadDeployments } from "../../config/load.ts";
import { parseDeployment } from "../../config/parse.ts";
import { namedPaths } from "../../config/site-paths.ts";
import { sourceOf } from "../../config/source.ts";
import { deploymentHome, projectRoot } from "../../core/home.ts";
import { filesOfSite, rememberSite } from "../../core/known-sites.ts";
import { referenceFrontend } from "../../services/application/reference.ts";
import type { Deployment } from "../../services/deployment.ts";
import { serviceNames } from "../../services/registry.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const site = (text: string, name = "site.yaml") => write(temporaryFolder(), name, text);

const full = {
  name: "full",
  engine: { host: "tcp://engine.example.org:2376", certificates: "keys" },
  environment: "production",
  bind: "192.168.1.10",
  hosts: ["iot.example.org", "192.168.1.10", "fd00::10"],
  listeners: {
    frontend: { enabled: true, port: 80 },
    backend: { enabled: true, port: 81, bind: "lan" },
    mqtt: { enabled: true, port: 82, bind: "::1" },
    https: { enabled: false, port: 443 },
    mqtts: { enabled: true, port: 8884, connectionsPerSource: 2000 },
  },
  tls: { certificate: { source: "files", certificate: "a.crt", key: "a.key" }, mqttClients: "certificates" },
  firewall: {
    enabled: true,
    scope: "host",
    interfaces: ["eth0", "enp3s0.7"],
    ssh: { enabled: true, port: 2222, from: ["192.0.2.0/24", "2001:db8::/32"] },
    open: [{ port: 51820, protocol: "udp", from: ["0.0.0.0/0"] }],
    egress: [{ to: ["192.0.2.7/32"], port: 443, protocol: "tcp" }],
    confirmSeconds: 60,
  },
  secrets: {
    "mqtt-sensor-password": { command: ["sops", "decrypt", "secrets.yaml"] },
    "own-token": { file: "token" },
    "backend-api-key": { environment: "API_KEY" },
  },
  policies: {
    stopAt: "high",
    waivers: [{ rule: "NET-001", at: "full/X", reason: "a reason to judge", expires: "2027-01-31" }],
    rules: "rules",
  },
  state: {
    backend: "s3",
    bucket: "states",
    key: "full",
    region: "eu-west-3",
    endpoint: "http://127.0.0.1:9",
  },
  sensors: {
    "chaudière:1": { label: "Boiler", unit: "°C", decimals: 1, intervalSeconds: 0.05, low: -5, high: 80.5 },
    door: {},
  },
  alarms: {
    silentAfterSeconds: 90,
    webhook: { url: "https://alerts.example:8443/iot?key=1", secret: "{secret.alarm-webhook}" },
  },
  retention: {
    rawDays: 90,
    classes: { fast: { sensors: ["vibration-*", "chaudière:1"], rawDays: 14 } },
    hourlyDays: 400,
    dailyDays: 4000,
    whenFull: "aggregateOldest",
  },
  swarm: {
    encrypted: false,
    endpointMode: "dnsrr",
    registry: "registry.example:5000/iot",
    nodes: ["192.0.2.11"],
    engines: { "node-2": { host: "tcp://192.0.2.11:2376", certificates: "node-2-keys" } },
  },
  networks: { edge: { ipv4: "10.1.0.0/24", ipv6: "fd00:1::/64" }, broker: {}, data: { ipv4: "10.1.1.0/24" } },
  images: {
    source: "packages",
    registryMirror: "mirror.example/hub",
    debianMirror: "http://deb.example/debian",
  },
  http: {
    corsOrigins: ["https://a.example"],
    rateLimitPerMinute: 0,
    openWrites: true,
    maxBodyBytes: 2048,
    stripPrefix: true,
  },
  edge: { limits: { memoryMiB: 64, cpus: 2, pids: 32 } },
  topics: { readings: "plant/+/temp", status: "plant/status" },
  mosquitto: {
    enabled: true,
    limits: { memoryMiB: 32, cpus: 0.05, pids: 8 },
    maxPacketBytes: 128,
    users: [{ name: "a.b-c_D", publish: ["a/#"], subscribe: ["#"] }],
    devices: { publish: ["%u/up"], subscribe: ["down/%u/#"] },
  },
  postgres: {
    enabled: true,
    database: "db",
    user: "u",
    tls: true,
    limits: { memoryMiB: 512, cpus: 2, pids: 64 },
  },
  redis: {
    enabled: true,
    limits: { memoryMiB: 64, cpus: 1, pids: 32 },
    memoryPolicy: "allkeys-lru",
    keyPrefix: "",
  },
  backend: {
    enabled: true,
    image: "registry.example/app:1",
    user: "1000:1000",
    healthPath: "/health",
    environment: { HOST: "{postgres.host}" },
    secrets: { KEY: { value: "{secret.key}", as: "file" } },
    files: { "app.conf": { text: "a" } },
    upgrades: ["/socket.io"],
    tmpfs: [{ path: "/tmp", sizeMiB: 1 }],
    volumes: [{ name: "uploads", path: "/uploads" }],
    port: 9000,
    pathPrefix: "",
    roles: [
      {
        ...{ name: "api", command: ["serve"], replicas: 1, publish: true },
        health: { path: "/live", startPeriodSeconds: 90 },
        environment: { HOST: "own", PORT: "1" },
        secrets: { OWN: { value: "{secret.own}", as: "variable" } },
        files: { "own.conf": { from: "own.conf" } },
        limits: { memoryMiB: 50 },
        networks: ["data"],
      },
    ],
    migrate: { command: ["migrate"], environment: {}, secrets: {}, files: {} },
    limits: { memoryMiB: 100, cpus: 1, pids: 10 },
  },
  frontend: {
    enabled: true,
    build: { context: "./web", dockerfile: "Dockerfile.web", args: { A: "b" } },
    user: "1001:1001",
    healthPath: "/",
    environment: {},
    secrets: {},
    files: {},
    tmpfs: [],
    volumes: [],
    port: 8080,
    command: ["node", "server.js"],
    health: { process: "server.js", intervalSeconds: 5, timeoutSeconds: 2, retries: 4 },
    limits: { memoryMiB: 100, cpus: 1, pids: 10 },
  },
};

/** The rights at the stores of a program of an own image whose role says nothing of MQTT. */
const rights = (
  postgres: string,
  redis: string,
  topics = { publish: ["status/backend"], subscribe: ["sensor/+"] },
) => ({ postgres, redis, mosquitto: { user: "backend", ...topics } });

const open = { address: "127.0.0.1", protocol: "tcp" };

/** Without services and listeners that this file says nothing of: they were added since, and have tests of their own. */
function withoutOthers({ listeners, programs: _, names, services, ...deployment }: Deployment) {
  expect(names).toEqual(deployment.hosts);
  expect(services).toEqual({});
  const others = serviceNames.filter(
    (name) => !["frontend", "backend", "edge", "mosquitto", "postgres", "redis"].includes(name),
  );
  const known = Object.entries(deployment).filter(([key]) => !others.some((name) => name === key));
  return {
    ...Object.fromEntries(known),
    listeners: Object.fromEntries(Object.entries(listeners).filter(([name]) => name in full.listeners)),
  };
}

describe("a site file is read", () => {
  test("from YAML that says no more than a name: every default is filled in", async () => {
    const deployment = await loadDeployment(site("name: least\n"));

    expect(withoutOthers(deployment)).toEqual({
      name: "least",
      environment: "local",
      bind: "loopback",
      hosts: ["localhost", "127.0.0.1"],
      listeners: {
        frontend: { enabled: true, port: 3000 },
        backend: { enabled: true, port: 8000 },
        mqtt: { enabled: true, port: 1883 },
        https: { enabled: false, port: 443 },
        mqtts: { enabled: false, port: 8883 },
      },
      ports: [
        { ...open, listener: "frontend", tls: false, port: 3000, connectionsPerSource: 100 },
        { ...open, listener: "backend", tls: false, port: 8000, connectionsPerSource: 100 },
        {
          ...open,
          listener: "mqtt",
          tls: false,
          port: 1883,
          connectionsPerSource: 22,
          newConnectionsPerSecond: 100,
        },
      ],
      tls: { certificate: { source: "internal" }, mqttClients: "passwords" },
      firewall: {
        ...{ enabled: false, scope: "containers", interfaces: [], open: [], egress: [] },
        confirmSeconds: 120,
        ssh: { enabled: true, port: 22, from: [] },
      },
      secrets: {},
      policies: { stopAt: "low", waivers: [] },
      state: { backend: "local" },
      networks: { edge: {}, broker: {}, data: {} },
      images: { source: "auto" },
      http: { corsOrigins: [], rateLimitPerMinute: 600, maxBodyBytes: 1_048_576, stripPrefix: false },
      edge: { limits: { memoryMiB: 128, cpus: 1, pids: 64 } },
      topics: { readings: "sensor/+", status: "status/backend" },
      sensors: {},
      alarms: { silentAfterSeconds: 60 },
      swarm: { encrypted: true, endpointMode: "vip", nodes: [], engines: {} },
      retention: { rawDays: 365, classes: {}, hourlyDays: 1825, dailyDays: 3650, whenFull: "refuse" },
      mosquitto: {
        enabled: true,
        limits: { memoryMiB: 64, cpus: 1, pids: 32 },
        maxPacketBytes: 16384,
        users: [],
        devices: { publish: ["sensor/%u", "status/%u"], subscribe: [] },
      },
      postgres: expect.objectContaining({ database: "exploreiot", user: "exploreiot" }),
      redis: expect.objectContaining({ memoryPolicy: "noeviction", keyPrefix: "exploreiot:" }),
      backend: expect.objectContaining({
        user: "10001:10001",
        port: 8000,
        pathPrefix: "/api",
      }),
      frontend: expect.objectContaining({ user: "10002:10002", port: 3000 }),
    });
    expect(deployment.programs.find(({ name }) => name === "frontend")).toMatchObject(referenceFrontend);
  });

  test("from JSON that says everything: nothing is changed or lost, and paths lead from the site file", async () => {
    const path = site(JSON.stringify(full), "full.json");
    const here = (name: string) => relative(projectRoot, join(path, "..", name));

    expect(withoutOthers(await loadDeployment(path))).toEqual({
      ...full,
      engine: { ...full.engine, certificates: here("keys") },
      swarm: {
        ...full.swarm,
        engines: { "node-2": { host: "tcp://192.0.2.11:2376", certificates: here("node-2-keys") } },
      },
      ports: [
        {
          ...open,
          listener: "frontend",
          tls: false,
          address: "192.168.1.10",
          port: 80,
          connectionsPerSource: 100,
        },
        { ...open, listener: "backend", tls: false, address: "0.0.0.0", port: 81, connectionsPerSource: 100 },
        {
          ...open,
          listener: "mqtt",
          tls: false,
          address: "::1",
          port: 82,
          connectionsPerSource: 17,
          newConnectionsPerSecond: 5,
        },
        {
          ...open,
          listener: "mqtts",
          tls: true,
          address: "192.168.1.10",
          port: 8884,
          connectionsPerSource: 2000,
          newConnectionsPerSecond: 5,
        },
      ],
      tls: { ...full.tls, certificate: { source: "files", certificate: here("a.crt"), key: here("a.key") } },
      secrets: {
        ...full.secrets,
        "mqtt-sensor-password": { ...full.secrets["mqtt-sensor-password"], folder: here(".") },
        "own-token": { file: here("token") },
      },
      policies: { ...full.policies, rules: here("rules") },
    });
  });

  test("from JSON that says everything: each program has what all share, and its own laid over it", async () => {
    const path = site(JSON.stringify(full), "full.json");
    const here = (name: string) => relative(projectRoot, join(path, "..", name));
    const redis = "~* &* +@all -@admin -@dangerous";
    const topics = { publish: ["plant/status"], subscribe: ["plant/+/temp"] };
    const { environment, secrets, files } = full.backend;

    expect((await loadDeployment(path)).programs).toEqual([
      expect.objectContaining({
        ...{ name: "migrate", at: "backend.migrate", job: true, command: ["migrate"] },
        ...{ environment, secrets, files, limits: full.backend.limits },
        ...{ networks: ["broker", "data"], limitsAt: "backend.limits" },
        rights: rights("owner", redis, topics),
      }),
      expect.objectContaining({
        ...{ name: "api", at: "backend.roles.0", job: false, command: ["serve"], listener: "backend" },
        environment: { HOST: "own", PORT: "1" },
        secrets: { ...secrets, OWN: { value: "{secret.own}", as: "variable" } },
        files: { ...files, "own.conf": { from: here("own.conf") } },
        limits: { memoryMiB: 50, cpus: 1, pids: 10 },
        ...{ networks: ["edge", "data"], limitsAt: "backend.roles.0.limits" },
        rights: rights("rows", redis, topics),
      }),
      expect.objectContaining({
        ...{ name: "frontend", at: "frontend", command: ["node", "server.js"], listener: "frontend" },
        ...{ networks: ["edge"], rights: {}, health: full.frontend.health },
        of: expect.objectContaining({ build: { ...full.frontend.build, context: here("web") } }),
      }),
    ]);
  });

  test("with absolute paths as they are, and the CA of an ACME directory from the site file", async () => {
    const text = "name: a\nlisteners: { https: {} }\nhosts: [a.example.org]\n";
    const acme = "tls: { certificate: { source: acme, email: a@example.org, ca: ../ca.pem } }\n";
    const path = site(`${text}${acme}backend: { build: { context: /srv/app } }\n`);
    const { programs, tls } = await loadDeployment(path);

    expect([resolve(projectRoot, programs[0]?.of.build?.context ?? ""), tls.certificate]).toEqual([
      "/srv/app",
      expect.objectContaining({ ca: relative(projectRoot, join(path, "../../ca.pem")) }),
    ]);
  });

  test("in the same way from YAML and from JSON", async () => {
    const yaml = await loadDeployment(site("name: a\nlisteners:\n  mqtt: { port: 1884 }\n"));
    const text = '{"$schema": "s.json", "name": "a", "listeners": {"mqtt": {"port": 1884}}}';
    const json = await loadDeployment(site(text, "a.json"));

    expect({ $schema: "s.json", ...yaml }).toEqual(json);
  });

  test("with one role, published, for an own image that names none", async () => {
    const { programs } = await loadDeployment(site("name: a\nbackend: { image: x, port: 80 }\n"));

    expect(programs.filter(({ application }) => application === "backend")).toEqual([
      expect.objectContaining({
        ...{ name: "api", at: "backend.roles.0", job: false, replicas: 1, alias: "backend" },
        ...{ environment: {}, secrets: {}, files: {} },
        limits: { memoryMiB: 192, cpus: 1, pids: 64 },
        networks: ["edge", "broker", "data"],
        listener: "backend",
        limitsAt: "backend.limits",
        rights: rights("rows", "~exploreiot:* &exploreiot:* +@all -@admin -@dangerous"),
      }),
    ]);
  });

  test("with a subnet for the edge's network where TLS is ended: the same each time, and another for another name", async () => {
    const subnet = async (text: string) => (await loadDeployment(site(text))).networks.edge.ipv4;
    const tls = "listeners: { https: {} }";

    expect([
      await subnet(`name: a\n${tls}\n`),
      await subnet(`name: b\n${tls}\n`),
      await subnet(`name: a\n${tls}\nnetworks: { edge: { ipv4: 192.168.77.0/24 } }\n`),
      await subnet("name: a\n"),
    ]).toEqual(["10.234.151.128/28", "10.238.35.224/28", "192.168.77.0/24", undefined]);
  });

  describe("with a reference application whose programs", () => {
    const programs = async (backend: string) => {
      const deployment = await loadDeployment(site(`name: a\nbackend: ${backend}\n`));
      const all = deployment.programs.filter(({ application }) => application === "backend");
      return [...all.filter(({ job }) => !job), ...all.filter(({ job }) => job)];
    };
    const names = (given: object | undefined) => Object.keys(given ?? {}).sort();

    test("have the secrets and the networks that each needs", async () => {
      const found = await programs("{}");

      expect(found.map(({ name, secrets, networks }) => [name, names(secrets), networks])).toEqual([
        ["api", ["API_KEY", "API_KEY_FORMER", "DATABASE_PASSWORD", "REDIS_PASSWORD"], ["edge", "data"]],
        ["ingest", ["DATABASE_PASSWORD", "MQTT_PASSWORD", "REDIS_PASSWORD"], ["broker", "data"]],
        ["migrate", ["DATABASE_PASSWORD"], ["data"]],
      ]);
    });

    test("have own variables laid over their own, those of one role over those of all", async () => {
      const found = await programs(
        "{ environment: { MQTT_TOPIC: x, MORE: y }, migrate: { command: [python, m, migrate], environment: { MORE: z } } }",
      );
      const own = await programs("{}");

      expect(found.map(({ environment }) => environment)).toEqual([
        { ...own[0]?.environment, MQTT_TOPIC: "x", MORE: "y" },
        { ...own[1]?.environment, MQTT_TOPIC: "x", MORE: "y" },
        { ...own[2]?.environment, MQTT_TOPIC: "x", MORE: "z" },
      ]);
    });

    test("are known by their command, no matter what the role is called; another program gets nothing", async () => {
      const command = (program: string) => `command: [python, -m, exploreiot, ${program}]`;
      const found = await programs(
        `{ roles: [{ name: web, publish: true }, { name: in-1, ${command("ingest")} }, { name: in-2, environment: { MQTT_TOPIC: hall/+ }, ${command("ingest")} }, { name: shell, command: [sh] }] }`,
      );

      expect(found.map(({ name, secrets }) => [name, names(secrets)])).toEqual([
        ["web", ["API_KEY", "API_KEY_FORMER", "DATABASE_PASSWORD", "REDIS_PASSWORD"]],
        ["in-1", ["DATABASE_PASSWORD", "MQTT_PASSWORD", "REDIS_PASSWORD"]],
        ["in-2", ["DATABASE_PASSWORD", "MQTT_PASSWORD", "REDIS_PASSWORD"]],
        ["shell", []],
        ["migrate", ["DATABASE_PASSWORD"]],
      ]);
      expect(found[4]?.environment).toMatchObject({
        DATABASE_API_USERS: "exploreiot_web",
        DATABASE_INGEST_USERS: "exploreiot_in_1,exploreiot_in_2",
      });
    });
  });
});

describe("a site file is refused", () => {
  const yaml = (text: string) => async () => {
    const path = site(text);
    return (await errorText(() => loadDeployment(path))).replaceAll(path, "site.yaml");
  };

  test.each([
    [
      "that leaves a list open",
      "name: a\nhosts: [x",
      "site.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ] at line 2, column 10:\n\nhosts: [x\n         ^",
    ],
    [
      "that says a thing twice",
      "name: a\nname: b",
      "site.yaml:2: Map keys must be unique at line 2, column 1:\n\nname: a\nname: b\n^",
    ],
    [
      "indented with tabs",
      "listeners:\n\tmqtt: 1",
      "site.yaml:2: Tabs are not allowed as indentation at line 2, column 1:\n\nlisteners:\n\tmqtt: 1\n^",
    ],
  ])("%s", async (_, text, message) => {
    expect(await yaml(text)()).toBe(`${message}\n  → fix the syntax at that place`);
  });

  test("that begins a text with a star", async () => {
    expect(await yaml("name: *x")()).toBe(
      [
        "site.yaml:1: Unresolved alias (the anchor must be set before the alias): x",
        "  → put texts that begin with * in quotes, or fix the alias",
      ].join("\n"),
    );
  });

  test("that is not there", async () => {
    const path = join(temporaryFolder(), "site.yml");

    expect(await errorText(() => loadDeployment(path))).toBe(
      `${path}: no such file or folder\n  → exploreiot init site.yml writes one to start from`,
    );
  });

  test.each(["test", "."])("that is a folder: %s", async (path) => {
    expect(await errorText(() => loadDeployment(path))).toBe(
      `${path}: is a folder of sites; allowed here: one of its files\n  → exploreiot sites --help lists what can be done with all of them`,
    );
  });

  test.each(["staging", "constructor", "site.toml"])("by the name %j, which says nothing", async (source) => {
    expect(await errorText(() => loadDeployment(source))).toBe(
      [
        `configuration "${source}": unknown; allowed: local, production, a .yaml, .yml or .json file, or a name that exploreiot list shows with one`,
        "  → exploreiot init writes a commented site file to start from",
      ].join("\n"),
    );
  });

  test("that is empty: its name is missing", async () => {
    expect(await yaml("# nothing\n")()).toBe(
      "site.yaml: 1 problem\n  site.yaml:1: name: got nothing; allowed: a name of 1 to 20 lower-case letters, digits and dashes that begins with a letter; fix: add it",
    );
  });
});

describe("EXPLOREIOT_CONFIG", () => {
  test("means every shipped deployment where it is not set", async () => {
    const deployments = await loadDeployments({});

    expect(deployments.map(({ name, environment, bind }) => ({ name, environment, bind }))).toEqual([
      { name: "local", environment: "local", bind: "loopback" },
      { name: "production", environment: "production", bind: "lan" },
    ]);
  });

  test("names a shipped deployment or a file", async () => {
    const file = site("name: mine\n");
    const local = await loadDeployments({ EXPLOREIOT_CONFIG: "local" });
    const mine = await loadDeployments({ EXPLOREIOT_CONFIG: file });

    expect([...local, ...mine].map(({ name }) => name)).toEqual(["local", "mine"]);
    expect(mine).toEqual([parseDeployment({ name: "mine" }, file)]);
  });
});

describe("a name", () => {
  test("stands for the site file that its deployment was last made from, while that is there", () => {
    const name = `t${randomBytes(6).toString("hex")}`;
    const folder = temporaryFolder();
    const file = write(folder, "other.yaml", `name: ${name}\n`);
    expect(sourceOf(name)).toBe(name);
    rememberSite(name, file, []);
    // Nothing is kept for what has no directory of its own yet.
    expect(sourceOf(name)).toBe(name);
    onTestFinished(() => rmSync(deploymentHome(name), { recursive: true }));
    mkdirSync(deploymentHome(name), { recursive: true });

    const named = write(folder, "named.txt", "text");
    rememberSite(name, file, [named, folder, `${named}.gone`]);
    expect(filesOfSite(name)).toEqual([named]);
    expect(resolve(sourceOf(name))).toBe(file);
    expect(sourceOf("local")).toBe("local");

    rmSync(file);
    expect(sourceOf(name)).toBe(name);
  });
});

test("the files and folders that a site file names are found, no matter who reads them", async () => {
  const folder = temporaryFolder();
  const site = {
    name: "named",
    environment: "production",
    hosts: ["iot.example.org"],
    tls: { certificate: { source: "files", certificate: "tls/edge.crt", key: "/etc/edge.key" } },
    secrets: { "backup-password": { file: "words/backup" }, "hash-key": { command: ["true"] } },
    services: {
      notes: {
        build: { context: "notes" },
        networks: ["broker"],
        health: { process: "notes" },
        files: { one: { from: "notes.conf" }, two: { text: "as it is" } },
      },
    },
    policies: { rules: "rules" },
  };
  const file = write(folder, "site.json", JSON.stringify(site));
  const [deployment] = await loadDeployments({ EXPLOREIOT_CONFIG: file });

  const found = namedPaths(deployment as Deployment).map((path) => resolve(projectRoot, path));
  expect(found.sort()).toEqual(
    [
      "/etc/edge.key",
      ...["notes", "notes.conf", "rules", "tls/edge.crt", "words/backup"].map((path) => join(folder, path)),
    ].sort(),
  );
});
