import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { deploymentSchema } from "../../config/schema.ts";
import { unreadTopics } from "../../config/topic-checks.ts";
import { serviceNames } from "../../services/registry.ts";
import { errorText } from "../support/error-text.ts";

const refusal = (input: object) => errorText(() => parseDeployment({ name: "site", ...input }, "site.yaml"));

const OWN = { image: "registry.example/app:1" };
const COMMAND =
  "a command, since a secret is exported as a variable by a wrapper that has to start the program itself; fix: add the program and its arguments, or deliver the secrets as files";
const HOSTS =
  'hosts: got nothing; allowed: a list of the names and addresses that users type, since the deployment listens beyond loopback; fix: add it, for example hosts: ["192.168.1.10"]';
const NEEDED = (service: string) =>
  `${service}.enabled: got false; allowed: true, since the reference backend needs it; fix: turn ${service} on, turn the backend off, or name your own backend.image`;
const REFERENCES =
  "deployment.name, deployment.sensors, deployment.silentAfterSeconds, deployment.retention, deployment.alarmWebhook, topics.readings, topics.status, http.hosts, http.corsOrigins, http.rateLimitPerMinute, edge.address, http.openWrites, frontend.port, frontend.url, frontend.connectionsPerSource, backend.host, backend.port, backend.internalUrl, backend.pathPrefix, backend.publicUrl, backend.url, backend.apiKey, backend.formerApiKey, backend.connectionsPerSource, mosquitto.host, mosquitto.port, mosquitto.scheme, mosquitto.user, mosquitto.password, postgres.host, postgres.port, postgres.addresses, postgres.database, postgres.sslmode, postgres.user, postgres.password, redis.host, redis.port, redis.scheme, redis.user, redis.password";
/** The references of a program that has no login at the stores. */
const WITHOUT_LOGINS = REFERENCES.replace(/, (postgres|redis|mosquitto)\.(user|password)/g, "");
const variable = { KEY: { value: "{secret.key}", as: "variable" } };

describe("a deployment is refused for", () => {
  test.each<[string, object, readonly string[]]>([
    [
      "two listeners on one port",
      { listeners: { backend: { port: 3000 } } },
      [
        "listeners.backend.port: got 3000; allowed: a port that listeners.frontend does not use; fix: choose another port",
      ],
    ],
    [
      "a subnet that is none, with a listener that would need it",
      { listeners: { https: {} }, networks: { edge: { ipv4: "x" } } },
      ['networks.edge.ipv4: got "x"; allowed: an IPv4 subnet such as "172.30.1.0/24"; fix: change it'],
    ],
    ["listening everywhere without naming its hosts", { bind: "lan" }, [HOSTS]],
    [
      "one listener beyond loopback without hosts",
      { listeners: { mqtt: { bind: "192.168.1.10" } } },
      [HOSTS],
    ],
    [
      "IPv4 subnets inside each other",
      { networks: { edge: { ipv4: "10.1.2.0/24" }, broker: { ipv4: "10.1.0.0/16" } } },
      [
        'networks.broker.ipv4: got "10.1.0.0/16"; allowed: a subnet apart from networks.edge.ipv4 (10.1.2.0/24); fix: choose another subnet, or leave it out and the engine picks one',
      ],
    ],
    [
      "IPv6 subnets inside each other",
      {
        networks: {
          edge: { ipv4: "10.1.1.0/24", ipv6: "fd00:1::/48" },
          data: { ipv4: "10.1.2.0/24", ipv6: "fd00:1:0:5::/64" },
        },
      },
      [
        'networks.data.ipv6: got "fd00:1:0:5::/64"; allowed: a subnet apart from networks.edge.ipv6 (fd00:1::/48); fix: choose another subnet, or leave it out and the engine picks one',
      ],
    ],
    [
      "IPv6 without IPv4",
      { networks: { edge: { ipv6: "fd00:1::/64" } } },
      [
        "networks.edge.ipv4: got nothing; allowed: an IPv4 subnet next to the IPv6 one: else the engine adds its own and each plan replaces the network; fix: add it",
      ],
    ],
    [
      "users with passwords that no listener takes",
      {
        listeners: { mqtt: { enabled: false }, mqtts: {} },
        tls: { mqttClients: "certificates" },
        mosquitto: { users: [{ name: "sensor" }, { name: "viewer" }] },
      },
      [
        'mosquitto.users: got ["sensor","viewer"]; allowed: nobody with a password while tls.mqttClients is certificates and listeners.mqtt is shut: no listener would let them in; fix: remove them and issue each a certificate (exploreiot devices issue NAME, with rights by mosquitto.devices), or set tls.mqttClients to passwords, or open listeners.mqtt, which is clear text',
      ],
    ],
    [
      "page and API on one address without a prefix between them",
      { listeners: { https: {} }, backend: { ...OWN, pathPrefix: "" } },
      [
        'backend.pathPrefix: got ""; allowed: a path such as /api, since the page has the rest of the https listener; fix: set it to /api, with http.stripPrefix: true if the backend answers at the root',
      ],
    ],
    [
      "a prefix that is cut off in front of the reference backend",
      { listeners: { https: {} }, http: { stripPrefix: true } },
      [
        "http.stripPrefix: got true; allowed: false, since the reference backend answers below its prefix; fix: remove it",
      ],
    ],
    [
      "subnets with a host part",
      { networks: { edge: { ipv4: "172.30.1.5/24", ipv6: "fd00::1/64" } } },
      [
        'networks.edge.ipv4: got "172.30.1.5/24"; allowed: the address of the network itself, with no host part; fix: write 172.30.1.0/24',
        'networks.edge.ipv6: got "fd00::1/64"; allowed: the address of the network itself, with no host part; fix: write fd00::/64',
      ],
    ],
    [
      "subnets with no room, or all of it",
      { networks: { edge: { ipv4: "10.0.0.0/30" }, data: { ipv4: "0.0.0.0/0" } } },
      [
        'networks.edge.ipv4: got "10.0.0.0/30"; allowed: a subnet between /8 and /29; fix: choose another prefix length',
        'networks.data.ipv4: got "0.0.0.0/0"; allowed: a subnet between /8 and /29; fix: choose another prefix length',
        'networks.data.ipv4: got "0.0.0.0/0"; allowed: a subnet apart from 0.0.0.0/8, which is kept for this machine; fix: choose a private one, such as 172.30.1.0/24 or fd00:30:1::/64',
        'networks.data.ipv4: got "0.0.0.0/0"; allowed: a subnet apart from networks.edge.ipv4 (10.0.0.0/30); fix: choose another subnet, or leave it out and the engine picks one',
      ],
    ],
    ...[
      ["127.0.0.0/24", "127.0.0.0/8", "loopback"],
      ["169.254.1.0/24", "169.254.0.0/16", "link-local addresses and the metadata of clouds"],
      ["224.1.0.0/16", "224.0.0.0/4", "groups"],
      ["255.255.255.0/24", "240.0.0.0/4", "nobody"],
    ].map(([ipv4, range, owner]): [string, object, string[]] => [
      `the subnet ${ipv4}, which the kernel keeps`,
      { networks: { broker: { ipv4 } } },
      [
        `networks.broker.ipv4: got "${ipv4}"; allowed: a subnet apart from ${range}, which is kept for ${owner}; fix: choose a private one, such as 172.30.1.0/24 or fd00:30:1::/64`,
      ],
    ]),
    [
      "a link-local subnet of IPv6",
      { networks: { broker: { ipv4: "10.1.1.0/24", ipv6: "fe80::/64" } } },
      [
        'networks.broker.ipv6: got "fe80::/64"; allowed: a subnet apart from fe80::/10, which is kept for link-local addresses; fix: choose a private one, such as 172.30.1.0/24 or fd00:30:1::/64',
      ],
    ],
    [
      "a subnet over the one that the edge gets by itself",
      { listeners: { https: {} }, networks: { broker: { ipv4: "10.224.0.0/12" } } },
      [
        'networks.broker.ipv4: got "10.224.0.0/12"; allowed: a subnet apart from 10.235.174.0/28, which networks.edge gets by the deployment\'s name; fix: choose another subnet, or state networks.edge.ipv4',
      ],
    ],
    [
      "addresses of people and of the machine where containers are",
      {
        bind: "10.1.1.7",
        hosts: ["iot.example.org", "fd00:1::7"],
        listeners: { mqtt: { bind: "10.1.1.8" } },
        networks: { edge: { ipv4: "10.1.1.0/24", ipv6: "fd00:1::/64" } },
      },
      [
        'bind: got "10.1.1.7"; allowed: an address outside of networks.edge.ipv4 (10.1.1.0/24), where containers are; fix: change it, or choose another subnet',
        'listeners.mqtt.bind: got "10.1.1.8"; allowed: an address outside of networks.edge.ipv4 (10.1.1.0/24), where containers are; fix: change it, or choose another subnet',
        'hosts.1: got "fd00:1::7"; allowed: an address outside of networks.edge.ipv6 (fd00:1::/64), where containers are; fix: change it, or choose another subnet',
      ],
    ],
    [
      "a subnet too small for its containers",
      {
        backend: { ...OWN, roles: [{ name: "worker", replicas: 5 }] },
        networks: { broker: { ipv4: "10.1.1.0/29" }, data: { ipv4: "10.1.2.0/28" } },
      },
      [
        'networks.broker.ipv4: got "10.1.1.0/29"; allowed: room for 6 containers; this one has 5; fix: choose a shorter prefix, such as /24 or /64',
      ],
    ],
    [
      "users twice, in any letters, and the kit's own",
      {
        mosquitto: {
          users: [{ name: "a" }, { name: "a" }, { name: "A" }, { name: "backend" }, { name: "Health" }],
        },
      },
      ["a", "A", "backend", "Health"].map(
        (name, index) =>
          `mosquitto.users.${index + 1}.name: got "${name}"; allowed: a name that is not taken, in capitals or small letters (backend and health belong to the kit); fix: rename the user`,
      ),
    ],
    ...["plant/+/temperature", "sensor/#", "hall/+/+", "#"].map((readings): [string, object, string[]] => [
      `readings ${readings}, whose last level is not the sensor`,
      { topics: { readings, status: "state" } },
      [
        `topics.readings: got "${readings}"; allowed: a topic with no wildcard but a + as its last level, which the reference backend takes for the name of the sensor, and one behind site/ for that of a site: others would make one sensor of several; fix: name the sensor in the last level ("plant/+", "site/+/sensor/+"), or use your own backend.image`,
        ...(readings === "#"
          ? [
              'topics.readings: got "#"; allowed: a topic apart from alarm/+, where the reference backend would take its own alarms for readings; fix: choose another topic',
              'topics.readings: got "#"; allowed: a topic apart from status/+, where the reference backend would take the states of devices for readings; fix: choose another topic',
              'topics.status: got "state"; allowed: a topic apart from topics.readings (#), where the reference backend would take its own status for a reading; fix: choose another topic',
            ]
          : []),
      ],
    ]),
    [
      "a status among the readings",
      { topics: { readings: "plant/+", status: "plant/status" } },
      [
        'topics.status: got "plant/status"; allowed: a topic apart from topics.readings (plant/+), where the reference backend would take its own status for a reading; fix: choose another topic',
      ],
    ],
    [
      "devices that publish where nobody reads",
      { listeners: { mqtts: {} }, tls: { mqttClients: "certificates" }, topics: { readings: "plant/+" } },
      [
        'mosquitto.devices.publish: got ["sensor/%u","status/%u"]; allowed: a topic among those of topics.readings (plant/+), the only ones that the reference backend reads; fix: write plant/%u, or change topics.readings',
      ],
    ],
    [
      "roles twice, as a name or as a replica",
      {
        backend: {
          ...OWN,
          roles: [{ name: "a", replicas: 2 }, { name: "b" }, { name: "b" }, { name: "a-2" }],
        },
      },
      [
        'backend.roles.2.name: got "b"; allowed: a name that no other role and no replica of one has; fix: rename the role',
        'backend.roles.3.name: got "a-2"; allowed: a name that no other role and no replica of one has; fix: rename the role',
      ],
    ],
    [
      "roles named like other containers of the kit",
      { backend: { ...OWN, roles: [{ name: "postgres" }, { name: "migrate" }, { name: "api-files" }] } },
      ["postgres", "migrate", "api-files"].map(
        (name, index) =>
          `backend.roles.${index}.name: got "${name}"; allowed: a name that no container of the kit has; fix: rename the role`,
      ),
    ],
    [
      "a role that would answer in the published one's place",
      { backend: { ...OWN, roles: [{ name: "api", publish: true }, { name: "backend" }] } },
      [
        'backend.roles.1.name: got "backend"; allowed: a name other than backend, at which the published role answers; fix: rename the role',
      ],
    ],
    [
      "two published roles, one in replicas",
      {
        backend: {
          ...OWN,
          roles: [
            { name: "a", publish: true },
            { name: "b", publish: true, replicas: 3 },
          ],
        },
      },
      [
        "backend.roles.1.publish: got true; allowed: one published role; fix: publish one role only",
        "backend.roles.1.replicas: got 3; allowed: 1 replica of the published role: one host port leads to one container; fix: set replicas to 1",
      ],
    ],
    [
      "an image and a build at once",
      { backend: { ...OWN, build: { context: "x" } }, frontend: { ...OWN, build: { context: "y" } } },
      [
        'backend.build: got {"context":"x"}; allowed: either image or build; fix: remove backend.image or backend.build',
        'frontend.build: got {"context":"y"}; allowed: either image or build; fix: remove frontend.image or frontend.build',
      ],
    ],
    [
      "secrets as variables of a role without a command",
      { backend: { ...OWN, roles: [{ name: "api" }], secrets: variable } },
      [`backend.roles.0.command: got nothing; allowed: ${COMMAND}`],
    ],
    [
      "secrets as variables of the role that is there without being named",
      { backend: { ...OWN, secrets: variable } },
      [`backend.roles.0.command: got nothing; allowed: ${COMMAND}`],
    ],
    [
      "secrets as variables of a frontend without a command",
      { frontend: { ...OWN, secrets: variable } },
      [`frontend.command: got nothing; allowed: ${COMMAND}`],
    ],
    [
      "secrets as variables of one role without a command",
      { backend: { ...OWN, roles: [{ name: "api" }, { name: "worker", secrets: variable }] } },
      [`backend.roles.1.command: got nothing; allowed: ${COMMAND}`],
    ],
    [
      "logins of the stores in the page, which does not reach them",
      {
        frontend: {
          ...OWN,
          environment: { USER: "{redis.user}" },
          secrets: { KEY: { value: "{postgres.password}" } },
        },
      },
      [
        `frontend.environment.USER: got "{redis.user}"; allowed: ${WITHOUT_LOGINS}, role.name, role.group; fix: change the reference, or write {{ for a brace that is text`,
        `frontend.secrets.KEY.value: got "{postgres.password}"; allowed: ${WITHOUT_LOGINS}, secret.NAME; fix: change the reference, or write {{ for a brace that is text`,
      ],
    ],
    [
      "references to nothing, and a secret in an environment, of one role and of the migration",
      {
        backend: {
          ...OWN,
          roles: [{ name: "api", secrets: { KEY: { value: "{redis.passwort}" } } }],
          migrate: { command: ["x"], environment: { KEY: "{postgres.password}" } },
        },
      },
      [
        `backend.roles.0.secrets.KEY.value: got "{redis.passwort}"; allowed: ${REFERENCES}, secret.NAME; fix: did you mean {redis.password}?`,
        'backend.migrate.environment.KEY: got "{postgres.password}"; allowed: no secret: environments can be read from outside; fix: move KEY to backend.migrate.secrets',
      ],
    ],
    [
      "a reference to nothing",
      { backend: { environment: { HOST: "http://{postgress.host}" } } },
      [
        `backend.environment.HOST: got "{postgress.host}"; allowed: ${REFERENCES}, role.name, role.group; fix: did you mean {postgres.host}?`,
      ],
    ],
    [
      "a reference to a service that is off",
      {
        backend: { ...OWN, secrets: { A: { value: "{redis.password}" } } },
        redis: { enabled: false },
      },
      [
        `backend.secrets.A.value: got "{redis.password}"; allowed: ${REFERENCES.replace(/, redis[^,]*/g, "")}, secret.NAME; fix: change the reference, or write {{ for a brace that is text`,
      ],
    ],
    [
      "a secret in an environment",
      { frontend: { ...OWN, environment: { URL: "x:{backend.apiKey}@{secret.own}" } } },
      [
        'frontend.environment.URL: got "{backend.apiKey}"; allowed: no secret: environments can be read from outside; fix: move URL to frontend.secrets',
        'frontend.environment.URL: got "{secret.own}"; allowed: no secret: environments can be read from outside; fix: move URL to frontend.secrets',
      ],
    ],
    [
      "variables that the kit sets itself",
      {
        backend: {
          environment: { DATABASE_PASSWORD_FILE: "/x", TOKEN: "x", SECRET_VARIABLES: "x", PGSSLMODE: "x" },
          secrets: { TOKEN: { value: "{secret.token}", as: "variable" } },
        },
        frontend: { ...OWN, environment: { BACKEND_API_KEY_FILE: "/x" } },
        postgres: { tls: true },
      },
      [
        ["DATABASE_PASSWORD_FILE", "the secret DATABASE_PASSWORD", "[redacted]"],
        ["TOKEN", "the secret TOKEN", "[redacted]"],
        ["SECRET_VARIABLES", "secrets as variables", "[redacted]"],
        ["PGSSLMODE", "postgres.tls", "x"],
      ].map(
        ([name, owner, got]) =>
          `backend.environment.${name}: got "${got}"; allowed: a variable that the kit does not set itself; this one is set for ${owner}; fix: remove it, or rename one of them`,
      ),
    ],
    ...["a\0b", "a\u001bb", "\ud800"].map((text): [string, object, string[]] => [
      `the text ${JSON.stringify(text)}, which cannot be handed on whole`,
      { backend: { environment: { A: text } } },
      [
        `backend.environment.A: got ${JSON.stringify(text)}; allowed: characters that can be printed, line breaks and tabs; fix: remove the others`,
      ],
    ]),
    [
      "services off that the reference backend needs",
      { postgres: { enabled: false }, redis: { enabled: false }, mosquitto: { enabled: false } },
      [NEEDED("postgres"), NEEDED("redis"), NEEDED("mosquitto")],
    ],
    [
      "the backend off that the reference frontend needs",
      { backend: { enabled: false } },
      [
        "backend.enabled: got false; allowed: true, since the reference frontend needs it; fix: turn the backend on, turn the frontend off, or name your own frontend.image",
      ],
    ],
    [
      "nothing turned on",
      Object.fromEntries(
        ["mosquitto", "postgres", "redis", "backend", "frontend"].map((key) => [key, { enabled: false }]),
      ),
      [
        `(top): got "all of them off"; allowed: at least one of ${serviceNames.filter((name) => name !== "edge").join(", ")} turned on; fix: turn a service on`,
      ],
    ],
    [
      "volumes twice and folders twice",
      {
        backend: {
          tmpfs: [{ path: "/a" }, { path: "/run/exploreiot" }, { path: "/proc/x" }],
          volumes: [
            { name: "v", path: "/a/" },
            { name: "v", path: "/b" },
          ],
        },
      },
      [
        'backend.tmpfs.1.path: got "/run/exploreiot"; allowed: a folder that nothing else is mounted on, outside of /proc, /sys, /dev, /run/exploreiot and /run/exploreiot-probe, which hold the kit\'s files; fix: choose another folder',
        'backend.tmpfs.2.path: got "/proc/x"; allowed: a folder that nothing else is mounted on, outside of /proc, /sys, /dev, /run/exploreiot and /run/exploreiot-probe, which hold the kit\'s files; fix: choose another folder',
        'backend.volumes.0.path: got "/a/"; allowed: a folder that nothing else is mounted on, outside of /proc, /sys, /dev, /run/exploreiot and /run/exploreiot-probe, which hold the kit\'s files; fix: choose another folder',
        'backend.volumes.1.name: got "v"; allowed: a name that no other volume of the application has; fix: rename the volume',
      ],
    ],
  ])("%s", async (_, input, lines) => {
    const count = lines.length === 1 ? "1 problem" : `${lines.length} problems`;

    expect(await refusal(input)).toBe(
      [`site.yaml: ${count}`, ...lines.map((line) => `  ${line}`)].join("\n"),
    );
  });
});

interface Shared {
  readonly environment?: object;
  readonly secrets?: object;
  readonly [setting: string]: unknown;
}

interface Input {
  readonly backend?: Shared;
  readonly [part: string]: unknown;
}

describe("a deployment is accepted with", () => {
  test.each<[string, Input]>([
    ["nothing but a name", {}],
    ["any readings for a backend of one's own", { backend: OWN, topics: { readings: "#", status: "a" } }],
    ["readings of one sensor", { topics: { readings: "plant/oven" } }],
    ["every listener beyond loopback and hosts", { bind: "lan", hosts: ["192.168.1.10"] }],
    [
      "listeners on loopback in either family",
      { listeners: { mqtt: { bind: "::1" }, backend: { bind: "127.0.0.1" } } },
    ],
    [
      "users with passwords next to devices with certificates, each with a listener",
      {
        listeners: { mqtt: {}, mqtts: {} },
        tls: { mqttClients: "certificates" },
        mosquitto: { users: [{ name: "sensor" }] },
      },
    ],
    [
      "neighbouring subnets in both families",
      {
        networks: {
          edge: { ipv4: "10.1.0.0/24", ipv6: "fd00:1::/64" },
          broker: { ipv4: "10.1.1.0/24", ipv6: "fd00:1:0:1::/64" },
          data: { ipv4: "10.1.2.0/29", ipv6: "fd00:1:0:2::/125" },
        },
      },
    ],
    [
      "several roles, replicas of those that are not published",
      {
        backend: {
          ...OWN,
          roles: [
            { name: "backend", publish: true },
            { name: "worker", replicas: 3 },
          ],
        },
      },
    ],
    [
      "secrets as variables of the reference backend, whose commands are known",
      { backend: { secrets: variable } },
    ],
    [
      "stores off that the own backend does not need",
      {
        backend: { ...OWN, environment: { JSON: '{"a": "b"}', BROKER: "{mosquitto.host}" } },
        redis: { enabled: false },
      },
    ],
    [
      "references of a frontend that is off",
      { frontend: { enabled: false, environment: { A: "{no.thing}" } } },
    ],
    ["a broker alone", { backend: { enabled: false }, frontend: { enabled: false } }],
  ])("%s", (_, { backend = {}, ...input }: Input) => {
    // Settings that the roles of the backend share are given to each of them.
    const { environment: _environment, secrets: _secrets, ...own } = backend;

    expect(parseDeployment({ name: "site", backend, ...input }, "site.yaml")).toMatchObject({
      name: "site",
      backend: own,
      ...input,
    });
  });
});

test("what nobody may read is told, by its user and topic", () => {
  const users = [
    { name: "a", publish: ["sensor/%u", "plant/#", "chat/a"] },
    { name: "b", subscribe: ["chat/+"] },
  ];

  expect(unreadTopics(parseDeployment({ name: "site", mosquitto: { users } }, "site.yaml"))).toEqual([
    "mosquitto.users: what a publishes to plant/# is acknowledged and lost, since nobody may read it (topics.readings is sensor/+)",
  ]);
});

describe("where some parts are wrong by themselves, the checks between the others say nothing of them", () => {
  const whole: Readonly<Record<string, object | string>> = {
    ...{ name: "site", environment: "production", bind: "lan", hosts: ["iot.example.org"] },
    networks: { edge: { ipv4: "172.30.1.0/24" }, data: { ipv4: "172.30.2.0/24", ipv6: "fd00:30:2::/64" } },
    listeners: { https: { port: 8443 } },
    backend: {
      ...{ ...OWN, environment: { FROM: "{edge.address}", STORE: "{postgres.host}" } },
      roles: [
        { name: "api", publish: true },
        { name: "worker", networks: ["data"] },
      ],
    },
    services: {
      flows: {
        ...OWN,
        database: "own",
        mqtt: { subscribe: ["sensor/+"] },
        routes: [{ path: "/flows" }],
        port: 1880,
        health: { path: "/" },
      },
    },
    mosquitto: { users: [{ name: "press", publish: ["sensor/+"] }], devices: { publish: ["sensor/%u"] } },
    firewall: { enabled: true, egress: [{ to: ["192.0.2.0/24"], port: 443 }] },
    backup: { repository: "/srv/backups" },
    sensors: { temp: { low: 1, high: 2 } },
  };
  // Of which any text is right.
  const parts = Object.keys(deploymentSchema.shape).filter((part) => part !== "$schema");
  const places = async (input: object) => {
    const lines = (await errorText(() => parseDeployment(input, "site.yaml"))).split("\n").slice(1);
    return new Set(lines.map((line) => line.trim().split(/[.:]/)[0]));
  };

  test("of all that is right there is nothing to say", () => {
    expect(parseDeployment(whole, "site.yaml")).toMatchObject({ name: "site" });
  });

  test.each(parts)("%s", async (part) => {
    for (const wrong of [0.5, " ", [[]], { "no key": 1 }])
      expect(await places({ ...whole, [part]: wrong })).toEqual(new Set([part]));
  });

  test("two at a time", async () => {
    for (const [index, one] of parts.entries()) {
      const other = parts[(index + 7) % parts.length] as string;
      expect(await places({ ...whole, [one]: 0.5, [other]: 0.5 })).toEqual(new Set([one, other]));
    }
  });
});
