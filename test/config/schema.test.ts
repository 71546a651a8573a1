import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { deploymentSchema } from "../../config/schema.ts";
import { serviceNames } from "../../services/registry.ts";
import { topicsOverlap } from "../../site/topics.ts";
import { errorText } from "../support/error-text.ts";

const refusal = (input: unknown) => errorText(() => parseDeployment(input, "site.yaml"));

const ORIGIN =
  'an origin as browsers send it, such as "https://dashboard.example.org": in small letters, without a path and without the port that the scheme implies';
const DATABASE =
  "1 to 63 lower-case letters, digits and underscores, the first a letter; no word that PostgreSQL has itself (all, postgres, replication, pg_… and the like)";

/** Those of the services stand in the order of the registry. */
const KEYS = [
  ...[
    "name",
    "environment",
    "bind",
    "hosts",
    "engine",
    "tls",
    "firewall",
    "state",
    "networks",
    "images",
    "health",
  ],
  ...[
    "http",
    "topics",
    "sensors",
    "alarms",
    "secrets",
    "retention",
    "swarm",
    "policies",
    "version",
    "$schema",
  ],
  ...["listeners", ...serviceNames, "services"],
].join(", ");

describe("a deployment is refused", () => {
  test("with every problem at once, those between fields too", async () => {
    const input = {
      name: "Bad Name",
      environment: "prodution",
      lisenters: {},
      listeners: { backend: { port: 3000 }, mqtt: { port: "1883" } },
      networks: { edge: { ipv4: "10.1.0.0/16" }, data: { ipv4: "10.1.2.0/24" } },
      backend: { roles: [{ name: "api", publish: true, replicas: 2 }] },
    };

    expect(await refusal(input)).toBe(
      [
        "site.yaml: 6 problems",
        '  name: got "Bad Name"; allowed: a name of 1 to 20 lower-case letters, digits and dashes that begins with a letter; fix: write bad-name',
        '  environment: got "prodution"; allowed: "local" or "production"; fix: did you mean production?',
        '  listeners.mqtt.port: got "1883"; allowed: a number; fix: remove the quotes',
        `  lisenters: got {}; allowed: the keys name, environment, bind, hosts, engine, tls, firewall, state, networks, images, health, http, topics, sensors, alarms, secrets, retention, swarm, policies, version, $schema, listeners, ${serviceNames.join(", ")}, services; fix: did you mean listeners?`,
        '  networks.data.ipv4: got "10.1.2.0/24"; allowed: a subnet apart from networks.edge.ipv4 (10.1.0.0/16); fix: choose another subnet, or leave it out and the engine picks one',
        "  backend.roles.0.replicas: got 2; allowed: 1 replica of the published role: one host port leads to one container; fix: set replicas to 1",
      ].join("\n"),
    );
  });

  const name = "a name of 1 to 20 lower-case letters, digits and dashes that begins with a letter";
  test.each<[string, unknown, string]>([
    [
      "no mapping at all",
      5,
      `(top): got 5; allowed: a mapping; fix: write a mapping with one of the keys ${KEYS}`,
    ],
    ["a list", [], `(top): got []; allowed: a mapping; fix: write a mapping with one of the keys ${KEYS}`],
    ["no name", {}, `name: got nothing; allowed: ${name}; fix: add it`],
    ["a name that begins with a digit", { name: "1a" }, `name: got "1a"; allowed: ${name}; fix: change it`],
    [
      "a name of 21 letters",
      { name: "a".repeat(21) },
      `name: got "${"a".repeat(21)}"; allowed: ${name}; fix: change it`,
    ],
    ["a name that is no text", { name: 5 }, `name: got 5; allowed: ${name}; fix: change it`],
  ])("for %s", async (_, input, line) => {
    expect(await refusal(input)).toBe(`site.yaml: 1 problem\n  ${line}`);
  });

  test.each<[string, object, string]>([
    [
      "a key with nothing after it",
      { http: null },
      "http: got null; allowed: a mapping; fix: remove the key, or write something after it",
    ],
    [
      "a text for a mapping",
      { http: "x" },
      'http: got "x"; allowed: a mapping; fix: write a mapping with one of the keys corsOrigins, rateLimitPerMinute, maxBodyBytes, stripPrefix, openWrites',
    ],
    [
      "a text for a list",
      { backend: { tmpfs: "/tmp" } },
      'backend.tmpfs: got "/tmp"; allowed: a list; fix: write [{ path: /tmp }]',
    ],
    [
      "a text for a claim",
      { redis: { enabled: "yes" } },
      'redis.enabled: got "yes"; allowed: true or false; fix: write true',
    ],
    [
      "a number for a text",
      { backend: { environment: { PORT: 80 } } },
      "backend.environment.PORT: got 80; allowed: a string; fix: put it in quotes",
    ],
    [
      "an unknown key far from every known one",
      { http: { certificate: 1 } },
      "http.certificate: got 1; allowed: the keys corsOrigins, rateLimitPerMinute, maxBodyBytes, stripPrefix, openWrites; fix: write tls: { certificate: { source: files, certificate: chain.pem, key: key.pem } } at the top",
    ],
    [
      "an unknown key in a list",
      { mosquitto: { users: [{ name: "a", subcribe: ["x"] }] } },
      'mosquitto.users.0.subcribe: got ["x"]; allowed: the keys name, publish, subscribe; fix: did you mean subscribe?',
    ],
    [
      "an unknown key below a key that people name",
      { backend: { secrets: { API_KEY: { value: "{secret.key}", kind: "file" } } } },
      'backend.secrets.API_KEY.kind: got "[redacted]"; allowed: the keys value, as; fix: remove it',
    ],
    [
      "port 0",
      { listeners: { mqtt: { port: 0 } } },
      "listeners.mqtt.port: got 0; allowed: 1 or more; fix: change it",
    ],
    [
      "port 65536",
      { listeners: { mqtt: { port: 65536 } } },
      "listeners.mqtt.port: got 65536; allowed: 65535 or less; fix: change it",
    ],
    [
      "half a port",
      { listeners: { mqtt: { port: 1.5 } } },
      "listeners.mqtt.port: got 1.5; allowed: a whole number; fix: change it",
    ],
    [
      "an address with a port",
      { bind: "127.0.0.1:80" },
      'bind: got "127.0.0.1:80"; allowed: "loopback" (this machine only), "lan" (every IPv4 address) or one IP address of this machine, of either family; fix: write "127.0.0.1"',
    ],
    ...["224.0.0.1", "255.255.255.255", "0.0.0.1", "ff02::1", "fe80::1"].map(
      (bind): [string, object, string] => [
        `the address ${bind}, which no listener can have`,
        { bind, hosts: ["a"] },
        `bind: got "${bind}"; allowed: "loopback" (this machine only), "lan" (every IPv4 address) or one IP address of this machine, of either family; fix: change it`,
      ],
    ),
    [
      "a host with a port",
      { hosts: ["iot.example.org:3000"] },
      'hosts.0: got "iot.example.org:3000"; allowed: a host name or an IP address, without port; fix: write iot.example.org',
    ],
    ...["1.2.3", "1.2.3.400", "iot.example.org.", "fe80::1%eth0", "host.0x7f"].map(
      (host): [string, object, string] => [
        `the host ${host}, which browsers take for another one`,
        { hosts: [host] },
        `hosts.0: got "${host}"; allowed: a host name or an IP address, without port; fix: change it`,
      ],
    ),
    ["no hosts in the list", { hosts: [] }, "hosts: got []; allowed: a list of at least 1; fix: change it"],
    [
      "an address for a subnet",
      { networks: { edge: { ipv4: "10.0.0.0" } } },
      'networks.edge.ipv4: got "10.0.0.0"; allowed: an IPv4 subnet such as "172.30.1.0/24"; fix: change it',
    ],
    [
      "a mirror that is no URL",
      { images: { debianMirror: "mirror" } },
      'images.debianMirror: got "mirror"; allowed: a URL such as "http://deb.debian.org/debian"; fix: change it',
    ],
    [
      "an origin with a path, which no browser ever sends",
      { http: { corsOrigins: ["https://a.example/x"] } },
      `http.corsOrigins.0: got "https://a.example/x"; allowed: ${ORIGIN}; fix: write "https://a.example"`,
    ],
    ...[
      ["https://Dashboard.example.org", 'write "https://dashboard.example.org"'],
      ["https://a.example:443", 'write "https://a.example"'],
      ["https://a,b", "change it"],
      ["https://*", "change it"],
      ["https://*.a.example", "change it"],
    ].map(([origin, fix]): [string, object, string] => [
      `the origin ${origin}, which no browser ever sends`,
      { http: { corsOrigins: [origin] } },
      `http.corsOrigins.0: got "${origin}"; allowed: ${ORIGIN}; fix: ${fix}`,
    ]),
    ...["all", "replication", "postgres", "pg_x"].map((database): [string, object, string] => [
      `the database ${database}, which PostgreSQL reads as something else or has already`,
      { postgres: { database } },
      `postgres.database: got "${database}"; allowed: ${DATABASE}; fix: change it`,
    ]),
    ...[" a", "a\u00a0", "a\u00a0b", "a\u200bb"].map((topic): [string, object, string] => [
      `the topic ${JSON.stringify(topic)}, which reads like another one`,
      { mosquitto: { users: [{ name: "a", publish: [topic] }] } },
      `mosquitto.users.0.publish.0: got ${JSON.stringify(topic)}; allowed: a topic without blanks at its ends, and with no blank but the space and no invisible character in it; fix: change it`,
    ]),
    ...["a/%c", "%u%u", "x%u"].map((topic): [string, object, string] => [
      `the topic ${topic}, in which the broker would read a name`,
      { mosquitto: { users: [{ name: "a", subscribe: [topic] }] } },
      `mosquitto.users.0.subscribe.0: got "${topic}"; allowed: "%u" as a whole level, which stands for the user's name; no other %u, and no %c; fix: change it`,
    ]),
    [
      "readings with a name in them",
      { topics: { readings: "sensor/%u" } },
      'topics.readings: got "sensor/%u"; allowed: a topic without %u and %c, which stand for clients; fix: change it',
    ],
    [
      "a status topic that is a filter",
      { topics: { status: "status/+" } },
      'topics.status: got "status/+"; allowed: one topic, without + and #; fix: change it',
    ],
    [
      "a user that publishes as the broker",
      { mosquitto: { users: [{ name: "a", publish: ["$SYS/broker/uptime"] }] } },
      'mosquitto.users.0.publish.0: got "$SYS/broker/uptime"; allowed: a topic that does not begin with $: those are the broker\'s own; fix: change it',
    ],
    [
      "a user that may share a subscription, which opens nothing",
      { mosquitto: { users: [{ name: "a", subscribe: ["$share/g/a"] }] } },
      'mosquitto.users.0.subscribe.0: got "$share/g/a"; allowed: a topic that does not begin with $, or one below $SYS; a shared subscription ($share/…) needs the right to read its topic itself; fix: change it',
    ],
    [
      "an image that no engine takes",
      { backend: { image: "Registry.example/App :1" } },
      'backend.image: got "Registry.example/App :1"; allowed: an image such as "ghcr.io/example/app:1.2" or "ghcr.io/example/app@sha256:…"; fix: change it',
    ],
    [
      "a mirror with a scheme",
      { images: { registryMirror: "https://mirror.example" } },
      'images.registryMirror: got "https://mirror.example"; allowed: a host with an optional port and path, such as "mirror.example.org:5000/hub"; fix: write mirror.example',
    ],
    [
      "a mirror that would add a word to a list of sources",
      { images: { debianMirror: "http://deb.example/debian\tcontrib" } },
      'images.debianMirror: got "http://deb.example/debian\\tcontrib"; allowed: a URL such as "http://deb.debian.org/debian"; fix: change it',
    ],
    [
      "a folder in a roundabout way",
      { backend: { tmpfs: [{ path: "/tmp/../etc" }] } },
      'backend.tmpfs.0.path: got "/tmp/../etc"; allowed: an absolute path, without . and .. and doubled slashes; fix: change it',
    ],
    [
      "a build argument that no Dockerfile can name",
      { backend: { build: { context: "x", args: { "A=B": "c" } } } },
      'backend.build.args: got "A=B"; allowed: the name of a build argument: letters, digits and underscores; fix: rename it',
    ],
    [
      "a container that runs as root",
      { backend: { user: "0:0" } },
      'backend.user: got "0:0"; allowed: a numeric user and group such as "10001:10001", neither of them 0 (root); fix: change it',
    ],
    [
      "root's group",
      { frontend: { user: "1000:0" } },
      'frontend.user: got "1000:0"; allowed: a numeric user and group such as "10001:10001", neither of them 0 (root); fix: change it',
    ],
    [
      "less memory than the engine takes",
      { redis: { limits: { memoryMiB: 5 } } },
      "redis.limits.memoryMiB: got 5; allowed: 10 or more; fix: change it",
    ],
    [
      "a database name that needs quotes",
      { postgres: { database: "my-db" } },
      `postgres.database: got "my-db"; allowed: ${DATABASE}; fix: write my_db`,
    ],
    [
      "a key prefix that would end the ACL pattern",
      { redis: { keyPrefix: "a b" } },
      'redis.keyPrefix: got "a b"; allowed: lower-case letters, digits and dashes, then ":"; fix: change it',
    ],
    [
      "a device topic that leaves the device out",
      { mosquitto: { devices: { publish: ["sensor/+"] } } },
      'mosquitto.devices.publish.0: got "sensor/+"; allowed: a topic filter with the level "%u", which stands for the name of the device: "sensor/%u"; no other %u, and no %c; fix: change it',
    ],
    [
      "a path prefix without its slash",
      { backend: { pathPrefix: "api" } },
      'backend.pathPrefix: got "api"; allowed: nothing, or a path such as "/api" that does not end with "/"; fix: write /api',
    ],
    [
      "a health path without its slash",
      { backend: { healthPath: "healthz" } },
      'backend.healthPath: got "healthz"; allowed: a path such as "/healthz", without spaces and quotes; fix: write /healthz',
    ],
    [
      "a health path that a shell would read",
      { frontend: { healthPath: "/a'$(id)" } },
      'frontend.healthPath: got "/a\'$(id)"; allowed: a path such as "/healthz", without spaces and quotes; fix: change it',
    ],
    [
      "a variable in lower case",
      { backend: { environment: { port: "80" } } },
      'backend.environment: got "port"; allowed: an environment variable name: upper-case letters, digits and underscores; fix: rename it',
    ],
    [
      "a health check of neither kind",
      { backend: { roles: [{ name: "api", health: { url: "/x" } }] } },
      'backend.roles.0.health.url: got "/x"; allowed: the keys path, command, process, startPeriodSeconds, intervalSeconds, timeoutSeconds, retries; fix: write path: /healthz; it is asked at the port of the service',
    ],
    [
      "a health check of two kinds",
      { frontend: { health: { path: "/x", process: "serve" } } },
      'frontend.health: got {"path":"/x","process":"serve"}; allowed: one of path, command and process; fix: change it',
    ],
    [
      "a process that is a path",
      { frontend: { health: { process: "/bin/serve" } } },
      'frontend.health.process: got "/bin/serve"; allowed: the name of a program or script, without a path; fix: change it',
    ],
    [
      "a database with too little memory to start",
      { postgres: { limits: { memoryMiB: 16 } } },
      "postgres.limits.memoryMiB: got 16; allowed: 79 or more; fix: change it",
    ],
    [
      "a start period without end",
      { postgres: { health: { startPeriodSeconds: 3601 } } },
      "postgres.health.startPeriodSeconds: got 3601; allowed: 3600 or less; fix: change it",
    ],
    [
      "probes without a pause",
      { health: { intervalSeconds: 0 } },
      "health.intervalSeconds: got 0; allowed: 0.5 or more; fix: change it",
    ],
    [
      "probes between halves of a second",
      { health: { intervalSeconds: 1.2 } },
      "health.intervalSeconds: got 1.2; allowed: a multiple of 0.5; fix: change it",
    ],
    [
      "a role on no network of its own",
      { backend: { roles: [{ name: "api", networks: [] }] } },
      "backend.roles.0.networks: got []; allowed: a list of at least 1; fix: change it",
    ],
    ...["postgres", "pg_app", "a".repeat(43)].map((user): [string, object, string] => [
      `the owner of the tables called ${user}`,
      { postgres: { user } },
      `postgres.user: got "${user}"; allowed: 1 to 42 lower-case letters, digits and underscores, the first a letter; no word that PostgreSQL has itself (all, postgres, replication, pg_… and the like); fix: change it`,
    ]),
    [
      "no roles in the list",
      { backend: { roles: [] } },
      "backend.roles: got []; allowed: a list of at least 1; fix: change it",
    ],
    [
      "a folder that is not absolute",
      { backend: { volumes: [{ name: "a", path: "data" }] } },
      'backend.volumes.0.path: got "data"; allowed: an absolute path, without . and .. and doubled slashes; fix: write /data',
    ],
    [
      "an empty secret",
      { backend: { secrets: { KEY: { value: "" } } } },
      'backend.secrets.KEY.value: got "[redacted]"; allowed: at least 1 character; fix: change it',
    ],
    [
      "an MQTT user that would begin another field",
      { mosquitto: { users: [{ name: "a:b" }] } },
      'mosquitto.users.0.name: got "a:b"; allowed: a user name of letters, digits, dots, dashes and underscores, at most 64; fix: write a-b',
    ],
  ])("for %s", async (_, input, line) => {
    expect(await refusal({ name: "site", ...input })).toBe(`site.yaml: 1 problem\n  ${line}`);
  });

  test("without repeating a value that looks like a secret", async () => {
    const input = {
      name: "site",
      postgres: { password: "hunter2" },
      backend: { secrets: { DATABASE_URL: "postgres://u:hunter2@db/x" } },
      redsi: { credentials: { token: "hunter2", user: "backend" } },
    };

    expect((await refusal(input)).match(/got .*?;/g)).toEqual([
      'got "[redacted]";',
      'got "[redacted]";',
      'got {"credentials":{"token":"[redacted]","user":"backend"}};',
    ]);
  });

  test("with a value too long to be read cut short", async () => {
    const input = { name: "site", http: { corsOrigins: [`x${"y".repeat(200)}`] } };

    expect(await refusal(input)).toContain(`got "x${"y".repeat(75)}...; allowed`);
  });
});

test("hosts are as browsers write them, each once", () => {
  const hosts = ["IoT.Example.org", "iot.example.org", "FD00:0:0::10", "192.0.2.7", "4x.example.org7"];

  expect(parseDeployment({ name: "site", hosts }, "site.yaml").hosts).toEqual([
    "iot.example.org",
    "fd00::10",
    "192.0.2.7",
    "4x.example.org7",
  ]);
});

test("a user's topics have its name in place of %u", () => {
  const users = [{ name: "pump-1", publish: ["sensor/%u"], subscribe: ["%u/#", "a/+"] }];

  expect(parseDeployment({ name: "site", mosquitto: { users } }, "site.yaml").mosquitto.users).toEqual([
    { name: "pump-1", publish: ["sensor/pump-1"], subscribe: ["pump-1/#", "a/+"] },
  ]);
});

describe("an MQTT topic filter", () => {
  const { shape } = deploymentSchema;
  const isAccepted = (filter: string) => shape.topics.safeParse({ readings: filter }).success;

  test.each([
    ...["#", "+", "/", "a", "a/b", "sensor/+", "+/+", "/+", "+/", "a//b", "sensor/#", "+/#", "/#"],
    ...["sensor/+/temp/#", "$SYS/broker/uptime", "température/été", "a b", "x".repeat(200)],
  ])("%j is accepted", (filter) => expect(isAccepted(filter)).toBe(true));

  test.each([
    ...["", "a#", "#/a", "a/#/b", "##", "sensor/te+", "+a", "a/+b/c", "++", "/##"],
    ...["a\0", "a\nuser sensor", "a\ttab", "x".repeat(201)],
  ])("%j is refused", (filter) => expect(isAccepted(filter)).toBe(false));
});

test.each([
  ["a/+", "a/b", true],
  ["a/+", "a/b/c", false],
  ["a/#", "a", true],
  ["a/#", "a/b/c", true],
  ["+/b", "a/+", true],
  ["a/b", "a/c", false],
  ["a/%u", "a/+", true],
  ["#", "x/y", true],
  ["a", "a/b", false],
])("the topics of %j and %j overlap: %j", (a, b, expected) => {
  expect([topicsOverlap(a, b), topicsOverlap(b, a)]).toEqual([expected, expected]);
});
