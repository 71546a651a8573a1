import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { warningsOf } from "../../config/warnings.ts";
import { errorText } from "../support/error-text.ts";

const DIGEST = `registry.example/tool@sha256:${"0".repeat(64)}`;
const SERVICE = { image: DIGEST, health: { process: "tool" }, networks: ["broker" as const] };
const BEHIND = { image: DIGEST, health: { process: "tool" }, port: 80 };
const production = { environment: "production" as const, hosts: ["iot.example.org"] };

type Services = DeploymentInput["services"];

const parse = (services: Services, rest: object = {}) =>
  parseDeployment({ name: "site", ...rest, services }, "site.yaml");
const warnings = (services: Services) =>
  warningsOf(parse(services)).filter((line) => line.startsWith("services."));
const refusal = (services: Services, rest: object = {}) => errorText(() => parse(services, rest));

describe("a service of the user's own", () => {
  test("is a program with the networks, the logins and the waits that its settings need", () => {
    const { programs } = parse({
      tool: {
        ...BEHIND,
        command: ["tool"],
        listener: { port: 1880 },
        mqtt: { publish: ["%u/up"], subscribe: ["sensor/+"] },
        database: "own",
        redis: {},
        after: ["seed"],
      },
      seed: { image: DIGEST, job: true, networks: ["data"] },
    });
    expect(programs.filter(({ at }) => at.startsWith("services."))).toEqual([
      expect.objectContaining({
        ...{ name: "tool", at: "services.tool", application: "tool", alias: "tool", job: false, replicas: 1 },
        ...{ command: ["tool"], listener: "tool", limitsAt: "services.tool.limits" },
        networks: ["edge", "broker", "data"],
        rights: {
          mosquitto: { user: "tool", publish: ["tool/up"], subscribe: ["sensor/+"] },
          postgres: "own",
          redis: "~tool:* &tool:* +@all -@admin -@dangerous",
        },
        after: ["mosquitto", "postgres", "redis", "seed"],
      }),
      expect.objectContaining({ name: "seed", job: true, networks: ["data"], rights: {}, after: [] }),
    ]);
  });

  test("has no keys and no tables where it only measures the stores", () => {
    const { programs } = parse({ meter: { ...SERVICE, database: "monitor", redis: { monitor: true } } });
    expect(programs.find(({ name }) => name === "meter")).toMatchObject({
      networks: ["broker", "data"],
      rights: { postgres: "monitor", redis: "+info" },
    });
  });

  test("is told of logins that nobody makes, since it is not given their passwords", () => {
    const secrets = (...stores: readonly string[]) =>
      Object.fromEntries(stores.map((store) => [store.toUpperCase(), { value: `{${store}.password}` }]));
    const tool = { ...SERVICE, database: "own" as const, redis: {} };
    const without = (setting: string, store: string) =>
      `services.tool.${setting}: nothing is made for it at ${store}, since {${store}.password} stands in none of its secrets and files`;

    expect([
      warnings({ tool }),
      warnings({ tool: { ...tool, secrets: secrets("postgres") } }),
      warnings({
        tool: { ...tool, secrets: secrets("redis"), files: { "a.conf": { text: "{postgres.password}" } } },
      }),
    ]).toEqual([
      [without("database", "postgres"), without("redis", "redis")],
      [without("redis", "redis")],
      [],
    ]);
  });

  test("opens a port of its own in clear text, and over TLS one that leads to the edge", () => {
    const open = (listener: object) =>
      parse({ tool: { ...BEHIND, listener: { port: 9443, ...listener } } }, production);
    const found = [open({}), open({ tls: true })].map(({ ports, programs }) => [
      ports.find(({ listener }) => listener === "tool"),
      programs.find(({ name }) => name === "tool")?.listener,
    ]);
    const port = { listener: "tool", address: "127.0.0.1", port: 9443, protocol: "tcp" };
    expect(found).toEqual([
      [{ ...port, tls: false, connectionsPerSource: 100 }, "tool"],
      [{ ...port, tls: true, connectionsPerSource: 100 }, undefined],
    ]);
  });

  test("has certificates for a name of its own, which the page does not answer to", () => {
    const { hosts, names } = parse(
      { tool: { ...BEHIND, routes: [{ host: "tool.example.org" }, { path: "/tool" }] } },
      production,
    );
    expect([hosts, names]).toEqual([["iot.example.org"], ["iot.example.org", "tool.example.org"]]);
  });

  test.each<[string, Services, object, string, string]>([
    [
      "no image",
      { tool: { ...SERVICE, image: undefined } },
      {},
      "services.tool.image",
      "got nothing; allowed: image or build; fix: name one of them",
    ],
    [
      "two images",
      { tool: { ...SERVICE, build: { context: "." } } },
      {},
      "services.tool.build",
      'got {"context":"."}; allowed: either image or build; fix: remove services.tool.image or services.tool.build',
    ],
    [
      "the name of a service of the kit",
      { redis: SERVICE },
      {},
      "services.redis",
      'got "redis"; allowed: a name that no service, role, listener and container of the deployment has; fix: rename the service',
    ],
    [
      "a name that every object has",
      { constructor: SERVICE },
      {},
      "services",
      'got "constructor"; allowed: any other name than constructor; fix: rename it',
    ],
    [
      "a name that a mapping loses",
      JSON.parse(`{ "__proto__": ${JSON.stringify(SERVICE)} }`),
      {},
      "services.__proto__",
      `got ${JSON.stringify(SERVICE).slice(0, 77)}...; allowed: any other name than __proto__; fix: rename it`,
    ],
    [
      "the name of a listener",
      { mqtts: SERVICE },
      {},
      "services.mqtts",
      'got "mqtts"; allowed: a name that no service, role, listener and container of the deployment has; fix: rename the service',
    ],
    [
      "a name that each container has for itself",
      { localhost: SERVICE },
      {},
      "services.localhost",
      'got "localhost"; allowed: a name that no service, role, listener and container of the deployment has; fix: rename the service',
    ],
    [
      "a name that no image and no host may have",
      { "tool-": SERVICE },
      {},
      "services",
      'got "tool-"; allowed: a name that ends with a letter or a digit; fix: rename it',
    ],
    [
      "the name of a role of the backend",
      { ingest: SERVICE },
      {},
      "services.ingest",
      'got "ingest"; allowed: a name that no service, role, listener and container of the deployment has; fix: rename the service',
    ],
    [
      "the name of a user at the broker",
      { tool: { ...SERVICE, mqtt: {} } },
      { mosquitto: { users: [{ name: "Tool" }] } },
      "services.tool",
      'got "tool"; allowed: a name apart from mosquitto.users (Tool), since it is a user there as well; fix: rename the service',
    ],
    [
      "the name of the application's database",
      { plant: { ...SERVICE, database: "own" } },
      { postgres: { database: "plant" } },
      "services.plant",
      'got "plant"; allowed: a name for its database that is not postgres.database, and no word that PostgreSQL has itself; fix: rename the service',
    ],
    [
      "no health",
      { tool: { ...SERVICE, health: undefined } },
      {},
      "services.tool.health",
      'got nothing; allowed: one of path, command and process, by which the kit knows that the service works; fix: for example health: { path: /healthz }, or health: { process: "node" }',
    ],
    [
      "a health path without a port",
      { tool: { ...SERVICE, health: { path: "/" } } },
      {},
      "services.tool.port",
      "got nothing; allowed: the port inside the container, which its health path, its listener and its routes lead to; fix: add it, for example port: 8080",
    ],
    [
      "no network",
      { tool: { ...SERVICE, networks: [] } },
      {},
      "services.tool.networks",
      "got []; allowed: at least one of edge, broker and data, unless a listener, a route or a login says it; fix: name those that it needs",
    ],
    [
      "a job that serves",
      { tool: { ...SERVICE, job: true, health: undefined, port: 80 } },
      {},
      "services.tool.port",
      "got 80; allowed: nothing, since a job ends; fix: remove it, or remove job",
    ],
    [
      "another protocol in clear text",
      { tool: { ...BEHIND, listener: { port: 9443, protocol: "tcp" } } },
      {},
      "services.tool.listener.protocol",
      'got "tcp"; allowed: only with tls: true; in clear text the edge has no part in it; fix: add tls: true, or remove protocol',
    ],
    [
      "WebSockets in another protocol",
      { tool: { ...BEHIND, listener: { port: 9443, tls: true, protocol: "tcp", upgrades: ["/ws"] } } },
      production,
      "services.tool.listener.upgrades",
      'got ["/ws"]; allowed: only with protocol: http, in which a connection may become a WebSocket; fix: remove it',
    ],
    [
      "WebSockets in clear text, where the edge judges nothing",
      { tool: { ...BEHIND, listener: { port: 9443, upgrades: ["/ws"] } } },
      production,
      "services.tool.listener.upgrades",
      'got ["/ws"]; allowed: only with tls: true; in clear text the edge has no part in it; fix: add tls: true, or remove upgrades',
    ],
    [
      "a prefix that is not there to be taken away",
      { tool: { ...BEHIND, routes: [{ host: "tool.example.org", stripPrefix: true }] } },
      production,
      "services.tool.routes.0.stripPrefix",
      "got true; allowed: only with a path, which is what it takes away; fix: add the path, or remove it",
    ],
    [
      "root without a reason",
      { tool: { ...SERVICE, user: "0:0" } },
      {},
      "services.tool.user",
      'got "0:0"; allowed: a user that is not root, unless allow.root says why; fix: set the uid:gid that the image is made for, or add allow.root with a reason and a day',
    ],
    [
      "a reason that nothing needs",
      { tool: { ...SERVICE, allow: { tag: { reason: "because it is so", expires: "2099-01-01" } } } },
      {},
      "services.tool.allow.tag",
      'got {"reason":"because it is so","expires":"2099-01-01"}; allowed: only what the service makes use of; fix: remove it',
    ],
    [
      "an origin that its digest vouches for",
      { tool: { ...SERVICE, allow: { origin: { reason: "because it is so", expires: "2099-01-01" } } } },
      {},
      "services.tool.allow.origin",
      'got {"reason":"because it is so","expires":"2099-01-01"}; allowed: only what the service makes use of; fix: remove it',
    ],
    [
      "a store that is off",
      { tool: { ...SERVICE, redis: {} } },
      { redis: { enabled: false }, backend: { enabled: false }, frontend: { enabled: false } },
      "services.tool.redis",
      "got {}; allowed: nothing while redis is off; fix: remove it, or turn redis on",
    ],
    [
      "a wait for itself, round another",
      { tool: { ...SERVICE, after: ["other"] }, other: { ...SERVICE, enabled: false, after: ["tool"] } },
      {},
      "services.tool.after.0",
      'got "other"; allowed: services that do not wait for this one; fix: remove one of them',
    ],
    [
      "a wait for nobody",
      { tool: { ...SERVICE, after: ["frontent"] } },
      {},
      "services.tool.after.0",
      'got "frontent"; allowed: services that are on: frontend, backend, mosquitto, postgres, redis; fix: remove it, or turn it on',
    ],
    [
      "a route where the edge is not",
      { tool: { ...BEHIND, routes: [{ path: "/tool" }] } },
      {},
      "services.tool.routes",
      'got [{"path":"/tool","stripPrefix":false,"upgrades":[]}]; allowed: nothing while listeners.https is shut, behind which the edge is; fix: open listeners.https, or give the service a listener of its own in clear text',
    ],
    [
      "a route below the API",
      { tool: { ...BEHIND, routes: [{ path: "/api/tool" }] } },
      production,
      "services.tool.routes.0",
      'got "/api/tool"; allowed: a route apart from /api of the backend; fix: choose another',
    ],
    [
      "the route of another service",
      {
        tool: { ...BEHIND, routes: [{ path: "/tool" }] },
        twin: { ...BEHIND, routes: [{ path: "/tool" }] },
      },
      production,
      "services.twin.routes.0",
      'got "/tool"; allowed: a route apart from services.tool.routes.0; fix: choose another',
    ],
    [
      "a host that the page has",
      { tool: { ...BEHIND, routes: [{ host: "iot.example.org" }] } },
      production,
      "services.tool.routes.0.host",
      'got "iot.example.org"; allowed: a name that is not among hosts; fix: choose one of its own',
    ],
    [
      "a route over what the page is made of",
      { tool: { ...BEHIND, routes: [{ path: "/_next/static" }] } },
      production,
      "services.tool.routes.0",
      'got "/_next/static"; allowed: a route apart from /_next of the frontend; fix: choose another',
    ],
    [
      "a socket that is not on its route",
      { tool: { ...BEHIND, routes: [{ path: "/tool", upgrades: ["/comms"] }] } },
      production,
      "services.tool.routes.0.upgrades.0",
      'got "/comms"; allowed: a path at or below /tool, where the route leads; fix: write /tool/comms',
    ],
    [
      "a port that is taken",
      { tool: { ...BEHIND, listener: { port: 8000 } } },
      {},
      "services.tool.listener.port",
      "got 8000; allowed: a port that listeners.backend does not use; fix: choose another port",
    ],
    [
      "a volume that another application has",
      { "frontend-a": { ...SERVICE, volumes: [{ name: "b", path: "/b" }] } },
      { frontend: { volumes: [{ name: "a-b", path: "/b" }] } },
      "services.frontend-a.volumes.0.name",
      'got "b"; allowed: a name that, behind frontend-a-, is not frontend-a-b, as frontend.volumes.0.name is called already; fix: rename the volume',
    ],
    [
      "a login that nothing says",
      { tool: { ...SERVICE, secrets: { P: { value: "{postgres.password}" } } } },
      {},
      "services.tool.secrets.P.value",
      expect.stringMatching(/^got "\{postgres\.password\}"; allowed: deployment\.name, /) as never,
    ],
    [
      "a secret as a variable of the image's own command",
      { tool: { ...SERVICE, secrets: { P: { value: "{secret.p}", as: "variable" } } } },
      {},
      "services.tool.command",
      "got nothing; allowed: a command, since a secret is exported as a variable by a wrapper that has to start the program itself; fix: add the program and its arguments, or deliver the secrets as files",
    ],
    [
      "a file in the place of the kit's own",
      { tool: { ...SERVICE, files: { "with-secrets.sh": { text: "a" } } } },
      {},
      "services.tool.files.with-secrets.sh",
      'got "with-secrets.sh"; allowed: a name that is not with-secrets.sh, and no folder of it; fix: rename the file',
    ],
    [
      "a file that is a folder of another",
      { tool: { ...SERVICE, files: { a: { text: "a" }, "a/b": { text: "b" } } } },
      {},
      "services.tool.files.a",
      'got "a"; allowed: a name that is not a/b, and no folder of it; fix: rename the file',
    ],
    [
      "keys for who only measures Redis",
      { tool: { ...SERVICE, redis: { keyPrefix: "tool:", monitor: true } } },
      {},
      "services.tool.redis",
      'got {"keyPrefix":"tool:","monitor":true}; allowed: keyPrefix or monitor: who only measures has no keys; fix: change it',
    ],
    [
      "all keys of Redis",
      { tool: { ...SERVICE, redis: { keyPrefix: "" } } },
      {},
      "services.tool.redis.keyPrefix",
      'got ""; allowed: lower-case letters, digits and dashes, then ":"; fix: change it',
    ],
    [
      "clear text that it does not speak",
      { tool: { ...SERVICE, allow: { clearText: { reason: "because it is so", expires: "2099-01-01" } } } },
      {},
      "services.tool.allow.clearText",
      'got {"reason":"because it is so","expires":"2099-01-01"}; allowed: only what the service makes use of; fix: remove it',
    ],
    [
      "a user that no engine takes",
      { tool: { ...SERVICE, user: "2147483648:1000" } },
      {},
      "services.tool.user",
      'got "2147483648:1000"; allowed: a user and a group of at most 2147483647; fix: change it',
    ],
    [
      "a file whose name no file system takes",
      { tool: { ...SERVICE, files: { [`conf/${"x".repeat(256)}`]: { text: "a" } } } },
      {},
      "services.tool.files",
      `got "conf/${"x".repeat(71)}...; allowed: names of at most 255 characters, which is what Linux allows; fix: rename it`,
    ],
    [
      "a file that leads out of its folder",
      { tool: { ...SERVICE, files: { "../x": { text: "a" } } } },
      {},
      "services.tool.files",
      expect.stringMatching(/allowed: the name of a file, or a path such as/) as never,
    ],
  ])("is refused for %s", async (_, services, rest, path, reason) => {
    const [count, ...problems] = (await refusal(services, rest)).split("\n  ");
    const [place, ...words] = (problems[0] ?? "").split(": ");
    expect([count, place, words.join(": ")]).toEqual(["site.yaml: 1 problem", path, reason]);
  });
});
