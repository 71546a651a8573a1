import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { errorText } from "../support/error-text.ts";

const refusal = (input: object) => errorText(() => parseDeployment({ name: "site", ...input }, "site.yaml"));

const OWN = { image: "registry.example/app:1" };
const COMMAND =
  "a command, since a secret is exported as a variable by a wrapper that has to start the program itself; to mend: add the program and its arguments, or deliver the secrets as files";
const HOSTS =
  'hosts: got nothing; allowed: a list of the names and addresses that users type, since the deployment listens beyond loopback; to mend: add it, for example hosts: ["192.168.1.10"]';
const NEEDED = (service: string) =>
  `${service}.enabled: got false; allowed: true, since the reference backend needs it; to mend: turn ${service} on, turn the backend off, or name your own backend.image`;
const REFERENCES =
  "deployment.name, topics.readings, topics.status, http.hosts, http.corsOrigins, http.rateLimitPerMinute, edge.address, http.openWrites, postgres.database, postgres.host, postgres.port, postgres.user, postgres.password, redis.host, redis.port, redis.user, redis.password, mosquitto.host, mosquitto.port, mosquitto.user, mosquitto.password, backend.host, backend.port, backend.internalUrl, backend.publicUrl, backend.pathPrefix, backend.apiKey, frontend.port";
/** What a program knows that has no login at the stores. */
const WITHOUT_LOGINS = REFERENCES.replace(/(postgres|redis|mosquitto)\.(user|password), /g, "");
const variable = { KEY: { value: "{secret.key}", as: "variable" } };

describe("a deployment is refused for", () => {
  test.each<[string, object, readonly string[]]>([
    [
      "two listeners on one port",
      { listeners: { backend: { port: 3000 } } },
      [
        "listeners.backend.port: got 3000; allowed: a port that listeners.frontend does not use; to mend: choose another port",
      ],
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
        'networks.broker.ipv4: got "10.1.0.0/16"; allowed: a subnet apart from networks.edge.ipv4 (10.1.2.0/24); to mend: choose another subnet, or leave it out and the engine picks one',
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
        'networks.data.ipv6: got "fd00:1:0:5::/64"; allowed: a subnet apart from networks.edge.ipv6 (fd00:1::/48); to mend: choose another subnet, or leave it out and the engine picks one',
      ],
    ],
    [
      "IPv6 without IPv4",
      { networks: { edge: { ipv6: "fd00:1::/64" } } },
      [
        "networks.edge.ipv4: got nothing; allowed: an IPv4 subnet beside the IPv6 one: else the engine adds its own and each plan replaces the network; to mend: add it",
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
        'mosquitto.users: got ["sensor","viewer"]; allowed: nobody with a password while tls.mqttClients is certificates and listeners.mqtt is shut: no listener would let them in; to mend: remove them and issue each a certificate (exploreiot devices issue NAME, with rights by mosquitto.devices), or set tls.mqttClients to passwords, or open listeners.mqtt, which is clear text',
      ],
    ],
    [
      "page and API on one address without a prefix between them",
      { listeners: { https: {} }, backend: { ...OWN, pathPrefix: "" } },
      [
        'backend.pathPrefix: got ""; allowed: a path such as /api, since the page has the rest of the https listener; to mend: set it to /api, with http.stripPrefix: true if the backend answers at the root',
      ],
    ],
    [
      "a prefix that is cut off in front of the reference backend",
      { listeners: { https: {} }, http: { stripPrefix: true } },
      [
        "http.stripPrefix: got true; allowed: false, since the reference backend answers below its prefix; to mend: remove it",
      ],
    ],
    [
      "subnets with a host part",
      { networks: { edge: { ipv4: "172.30.1.5/24", ipv6: "fd00::1/64" } } },
      [
        'networks.edge.ipv4: got "172.30.1.5/24"; allowed: the address of the network itself, with no host part; to mend: write 172.30.1.0/24',
        'networks.edge.ipv6: got "fd00::1/64"; allowed: the address of the network itself, with no host part; to mend: write fd00::/64',
      ],
    ],
    [
      "subnets with no room, or all of it",
      { networks: { edge: { ipv4: "10.0.0.0/30" }, data: { ipv4: "0.0.0.0/0" } } },
      [
        'networks.edge.ipv4: got "10.0.0.0/30"; allowed: a subnet between /8 and /29; to mend: choose another prefix length',
        'networks.data.ipv4: got "0.0.0.0/0"; allowed: a subnet between /8 and /29; to mend: choose another prefix length',
        'networks.data.ipv4: got "0.0.0.0/0"; allowed: a subnet apart from networks.edge.ipv4 (10.0.0.0/30); to mend: choose another subnet, or leave it out and the engine picks one',
      ],
    ],
    [
      "users twice, and the kit's own",
      { mosquitto: { users: [{ name: "a" }, { name: "a" }, { name: "backend" }, { name: "health" }] } },
      ["a", "backend", "health"].map(
        (name, index) =>
          `mosquitto.users.${index + 1}.name: got "${name}"; allowed: a name that is not taken (backend and health belong to the kit); to mend: rename the user`,
      ),
    ],
    [
      "a status topic that is a filter",
      { topics: { status: "status/+" } },
      ['topics.status: got "status/+"; allowed: one topic, without + and #; to mend: change it'],
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
        'backend.roles.2.name: got "b"; allowed: a name that no other role and no replica of one has; to mend: rename the role',
        'backend.roles.3.name: got "a-2"; allowed: a name that no other role and no replica of one has; to mend: rename the role',
      ],
    ],
    [
      "roles named like other containers of the kit",
      { backend: { ...OWN, roles: [{ name: "postgres" }, { name: "migrate" }, { name: "api-files" }] } },
      ["postgres", "migrate", "api-files"].map(
        (name, index) =>
          `backend.roles.${index}.name: got "${name}"; allowed: a name that no container of the kit has; to mend: rename the role`,
      ),
    ],
    [
      "a role that would answer in the published one's place",
      { backend: { ...OWN, roles: [{ name: "api", publish: true }, { name: "backend" }] } },
      [
        'backend.roles.1.name: got "backend"; allowed: a name other than backend, at which the published role answers; to mend: rename the role',
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
        "backend.roles.1.publish: got true; allowed: one published role; to mend: publish one role only",
        "backend.roles.1.replicas: got 3; allowed: 1 replica of the published role: one host port leads to one container; to mend: set replicas to 1",
      ],
    ],
    [
      "an image and a build at once",
      { backend: { ...OWN, build: { context: "x" } }, frontend: { ...OWN, build: { context: "y" } } },
      [
        'backend.build: got {"context":"x"}; allowed: either image or build; to mend: remove backend.image or backend.build',
        'frontend.build: got {"context":"y"}; allowed: either image or build; to mend: remove frontend.image or frontend.build',
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
        `frontend.environment.USER: got "{redis.user}"; allowed: ${WITHOUT_LOGINS}, role.name, role.group; to mend: change the reference`,
        `frontend.secrets.KEY.value: got "{postgres.password}"; allowed: ${WITHOUT_LOGINS}, secret.NAME; to mend: change the reference`,
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
        `backend.roles.0.secrets.KEY.value: got "{redis.passwort}"; allowed: ${REFERENCES}, secret.NAME; to mend: change the reference`,
        'backend.migrate.environment.KEY: got "{postgres.password}"; allowed: no secret: environments can be read from outside; to mend: move KEY to backend.migrate.secrets',
      ],
    ],
    [
      "a reference to nothing",
      { backend: { environment: { HOST: "http://{postgress.host}" } } },
      [
        `backend.environment.HOST: got "{postgress.host}"; allowed: ${REFERENCES}, role.name, role.group; to mend: change the reference`,
      ],
    ],
    [
      "a reference to a service that is off",
      {
        backend: { ...OWN, secrets: { A: { value: "{redis.password}" } } },
        redis: { enabled: false },
      },
      [
        `backend.secrets.A.value: got "{redis.password}"; allowed: ${REFERENCES.replace(/redis[^,]*, /g, "")}, secret.NAME; to mend: change the reference`,
      ],
    ],
    [
      "a secret in an environment",
      { frontend: { ...OWN, environment: { URL: "x:{backend.apiKey}@{secret.own}" } } },
      [
        'frontend.environment.URL: got "{backend.apiKey}"; allowed: no secret: environments can be read from outside; to mend: move URL to frontend.secrets',
        'frontend.environment.URL: got "{secret.own}"; allowed: no secret: environments can be read from outside; to mend: move URL to frontend.secrets',
      ],
    ],
    [
      "services off that the reference backend needs",
      { postgres: { enabled: false }, redis: { enabled: false }, mosquitto: { enabled: false } },
      [NEEDED("postgres"), NEEDED("redis"), NEEDED("mosquitto")],
    ],
    [
      "the backend off that the reference frontend needs",
      { backend: { enabled: false } },
      [
        "backend.enabled: got false; allowed: true, since the reference frontend needs it; to mend: turn the backend on, turn the frontend off, or name your own frontend.image",
      ],
    ],
    [
      "nothing turned on",
      Object.fromEntries(
        ["mosquitto", "postgres", "redis", "backend", "frontend"].map((key) => [key, { enabled: false }]),
      ),
      [
        '(top): got "all of them off"; allowed: at least one of mosquitto, postgres, redis, backend, frontend turned on; to mend: turn a service on',
      ],
    ],
    [
      "volumes twice and folders twice",
      {
        backend: {
          tmpfs: [{ path: "/a" }, { path: "/run/exploreiot" }],
          volumes: [
            { name: "v", path: "/a/" },
            { name: "v", path: "/b" },
          ],
        },
      },
      [
        'backend.tmpfs.1.path: got "/run/exploreiot"; allowed: a folder that nothing else is mounted on (/run/exploreiot holds the kit\'s files); to mend: choose another folder',
        'backend.volumes.0.path: got "/a/"; allowed: a folder that nothing else is mounted on (/run/exploreiot holds the kit\'s files); to mend: choose another folder',
        'backend.volumes.1.name: got "v"; allowed: a name that no other volume of the application has; to mend: rename the volume',
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
    ["every listener beyond loopback and hosts", { bind: "lan", hosts: ["192.168.1.10"] }],
    [
      "listeners on loopback in either family",
      { listeners: { mqtt: { bind: "::1" }, backend: { bind: "127.0.0.1" } } },
    ],
    [
      "users with passwords beside devices with certificates, each with a listener",
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
        backend: { ...OWN, environment: { JSON: "{a: b}", BROKER: "{mosquitto.host}" } },
        redis: { enabled: false },
      },
    ],
    [
      "references of a frontend that is off",
      { frontend: { enabled: false, environment: { A: "{no.thing}" } } },
    ],
    ["a broker alone", { backend: { enabled: false }, frontend: { enabled: false } }],
  ])("%s", (_, { backend = {}, ...input }: Input) => {
    // What the roles of the backend share is given to each of them.
    const { environment: _environment, secrets: _secrets, ...own } = backend;

    expect(parseDeployment({ name: "site", backend, ...input }, "site.yaml")).toMatchObject({
      name: "site",
      backend: own,
      ...input,
    });
  });
});
