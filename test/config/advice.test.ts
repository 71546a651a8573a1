import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadDeployment } from "../../config/load.ts";
import { inOwnWords } from "../../config/other-words.ts";
import { parseDeployment } from "../../config/parse.ts";
import { deploymentSchema, siteJsonSchema } from "../../config/schema.ts";
import { type SchemaNode, stepsIn, variantsOf } from "../../config/site-keys.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** The remedy in the error about one line of a site file. */
async function fixOf(yaml: string): Promise<string> {
  const text = await errorText(() => parseDeployment(parse(`name: site\n${yaml}`), "site.yaml"));
  return text.split("; fix: ").at(-1) ?? "";
}

describe("a key that belongs elsewhere, or that another tool calls so, is led to its place:", () => {
  test.each([
    ["backend: { env: { A: b } }", "write environment: { NAME: value }"],
    ["mosquitto: { memory: 5 }", "write limits: { memoryMiB: 256 }"],
    ["postgres: { mem_limit: 512m }", "write limits: { memoryMiB: 256 }"],
    ["backend: { roles: [{ name: a, cpus: 1 }] }", "write limits: { cpus: 1 }"],
    ["mosquitto: { limits: { memory: 5 } }", "did you mean memoryMiB?"],
    [
      "mosquitto: { users: [{ name: a, topics: [x] }] }",
      'write publish: ["sensor/+"] and subscribe: ["sensor/+"]',
    ],
    ["tls: { domain: a.example.org }", "write hosts: [iot.example.org] at the top"],
    ["domain: a.example.org", "write hosts: [iot.example.org] at the top"],
    [
      "backend: { ports: ['8000:8000'] }",
      "write port for the one inside the container; the one on the host is listeners: { NAME: { port: … } } at the top",
    ],
    [
      "postgres: { ports: ['5432:5432'] }",
      "remove it: no port of a database is opened on the host; exploreiot exec and psql reach it",
    ],
    [
      "mosquitto: { port: 1884 }",
      "write listeners: { mqtt: { port: 1883 } } at the top, mqtts for the one with TLS",
    ],
    ["postgres: { volumes: ['data:/x'] }", "remove it: its data is kept in a volume of its own"],
    ["http: { rate_limit_per_minute: 5 }", "did you mean rateLimitPerMinute?"],
    ["users: []", "did you mean mosquitto.users?"],
    ["stripPrefix: true", "did you mean http.stripPrefix?"],
    [
      "mosquitto: { publish: [a] }",
      "write listeners: { mqtt: { port: 1883 } } at the top, mqtts for the one with TLS",
    ],
    ["backend: { replicas: 2 }", "write replicas below one of roles"],
    ...["postgres", "redis", "mosquitto"].map((store) => [
      `${store}: { replicas: 2 }`,
      "remove it: one container has the data; a cluster is one of your own, named as outside (docs/outside.md)",
    ]),
    ...["frontend", "edge", "services: { a"].map((service) => [
      `${service}: { scale: 2 }${service.includes("{") ? " }" : ""}`,
      "remove it: one container of it runs; replicas have roles of the backend alone",
    ]),
    ["backend: { memoryPolicy: x }", "did you mean redis.memoryPolicy?"],
    ["services: { a: { limits: { memorymib: 5 } } }", "did you mean memoryMiB?"],
    ["cpus: 1", "did you mean frontend.limits.cpus or the like?"],
    ["nothingOfTheKind: 1", "remove it"],
  ])("%s", async (yaml, fix) => expect(await fixOf(yaml)).toBe(fix));

  test("each example of the table is right where it says, or at the top", () => {
    const mappings = mappingsOf(siteJsonSchema() as SchemaNode);
    const words = [
      "env",
      "mem_limit",
      "cpu",
      "pids",
      "deploy",
      "topics",
      "acl",
      "depends_on",
      "entrypoint",
      "ssl",
    ];
    const examples = mappings.flatMap((path) =>
      [...words, "domain", "acme", "cert", "command", "healthcheck", "uid", "ports", "https", "host"].flatMap(
        (word) => {
          const fix = inOwnWords(path, word) ?? "";
          const [, example, top] =
            /^write ([a-z]\w*: (?:[{["].*[}\]"]|\/\S*))( at the top)?$/.exec(fix) ?? [];
          return example === undefined || /NAME|…|and subscribe/.test(example)
            ? []
            : [{ path: top === undefined ? path : "", example }];
        },
      ),
    );
    const wrong = examples.filter(({ path, example }) => !isTaken(path, parse(example)));

    expect(examples.length).toBeGreaterThan(40);
    expect(wrong).toEqual([]);
  });
});

/** Every mapping of a site file as a path; `0` for items, `a` for names that people choose. */
function mappingsOf(node: SchemaNode, path = ""): readonly string[] {
  const variants = variantsOf(node);
  const here = variants.some(({ properties }) => properties !== undefined) ? [path] : [];
  const below = variants.flatMap((variant) =>
    stepsIn(variant).flatMap(([step, inner]) => {
      const word = step === "[]" ? "0" : step === "NAME" ? "a" : step;
      return mappingsOf(inner, path === "" ? word : `${path}.${word}`);
    }),
  );
  return [...new Set([...here, ...below])];
}

/** Whether the schema has nothing against a mapping at a path; what is missing next to it does not count. */
function isTaken(path: string, mapping: unknown): boolean {
  const steps = path === "" ? [] : path.split(".");
  const input = steps.reduceRight<unknown>(
    (inner, step) => (step === "0" ? [inner] : { [step]: inner }),
    mapping,
  );
  const { error } = deploymentSchema.safeParse(input, { reportInput: true });
  return (error?.issues ?? []).every((issue) => issue.input === undefined);
}

describe("a value of the wrong shape is written as it is right:", () => {
  test.each([
    ["frontend: false", "write { enabled: false }"],
    ["redis: off", "write { enabled: false }"],
    ["tls: true", "write listeners: { https: {}, mqtts: {} } at the top"],
    ["listeners: { mqtt: 1884 }", "write { port: 1884 }"],
    ["listeners: { mqtt: '1884:1883' }", "write { port: 1884 }"],
    ["backend: ghcr.io/x/y:1", 'write { image: "ghcr.io/x/y:1" }'],
    ["backend: { build: . }", 'write { context: "." }'],
    ["backend: { environment: [A=b, C=d] }", "write { A: b, C: d }"],
    ["backend: { environment: { A: 1 } }", "put it in quotes"],
    ["backend: { secrets: { KEY: hunter2 } }", 'write { value: "[redacted]" }'],
    ["backend: { files: { a.conf: hello } }", "write { text: hello }"],
    ["backend: { migrate: alembic upgrade head }", "write { command: [alembic, upgrade, head] }"],
    ["backend: { roles: { api: { command: [a] } } }", "write [{ name: api, command: [a] }]"],
    ["backend: { volumes: ['data:/data'] }", "write { name: data, path: /data }"],
    ["backend: { user: 1000 }", 'write "1000:1000"'],
    ["backend: { tmpfs: /tmp }", "write [{ path: /tmp }]"],
    ["frontend: { command: node server.js }", "write [node, server.js]"],
    ["mosquitto: { users: { s: { publish: [a/b] } } }", "write [{ name: s, publish: [a/b] }]"],
    ["mosquitto: { limits: { memoryMiB: 512m } }", "write 512"],
    ["health: { intervalSeconds: 2m }", "write 120"],
    ["http: { maxBodyBytes: 2MB }", "write 2097152"],
    ["hosts: a.example.org, b.example.org", "write [a.example.org, b.example.org]"],
    ["hosts: ['https://a.example.org/x']", "write a.example.org"],
    ["services: [{ name: a, image: b }]", "write { a: { image: b } }"],
    ["tls: { certificate: internal }", "write { source: internal }"],
    ["secrets: { key: { environment: site key } }", "write SITE_KEY"],
    ["state: s3", "write { backend: s3 }"],
    ["environment: prod", "did you mean production?"],
    ["firewall: { egress: [10.0.0.0/8] }", "write a mapping with one of the keys to, port, protocol"],
    ["backend: { tmpfs: 5 }", "write a list: [ … ]"],
    ["services: 5", "write a mapping: { NAME: … }"],
  ])("%s", async (yaml, fix) => expect(await fixOf(yaml)).toBe(fix));
});

test("no error repeats the words of a library, no matter what stands at a place of the schema", async () => {
  const wrong = [true, "x y", { x: 1 }];
  const lines = await Promise.all(
    mappingsOf(siteJsonSchema() as SchemaNode).flatMap((path) =>
      keysOf(path).flatMap((key) =>
        wrong.map((value) => {
          const steps = [...(path === "" ? [] : path.split(".")), key];
          const input = steps.reduceRight<unknown>(
            (inner, step) => (step === "0" ? [inner] : { [step]: inner }),
            value,
          );
          // Some of them are right somewhere.
          return errorText(() => parseDeployment({ name: "site", ...(input as object) }, "site.yaml")).catch(
            () => "",
          );
        }),
      ),
    ),
  );
  const texts = [...new Set(lines.flatMap((text) => text.split("\n").slice(1)))];
  const foreign = texts.filter((line) =>
    /Invalid|xpected|[Uu]nrecogni|undefined|received|Too (big|small)/.test(line),
  );

  expect(texts.length).toBeGreaterThan(300);
  expect(foreign).toEqual([]);
}, 120_000);

function keysOf(path: string): readonly string[] {
  const steps = path === "" ? [] : path.split(".");
  const nodes = steps.reduce<readonly SchemaNode[]>(
    (found, step) =>
      found.flatMap((node) =>
        stepsIn(node)
          .filter(
            ([name]) => name === step || (name === "[]" && step === "0") || (name === "NAME" && step === "a"),
          )
          .flatMap(([, inner]) => variantsOf(inner)),
      ),
    variantsOf(siteJsonSchema() as SchemaNode),
  );
  return [...new Set(nodes.flatMap(({ properties = {} }) => Object.keys(properties)))];
}

test("each problem of a file says its line, those between settings and those of a merged mapping too", async () => {
  const path = write(
    temporaryFolder(),
    "site.yaml",
    [
      "name: site",
      "listeners:",
      "  backend: { port: 3000 }",
      "  mqtt:",
      '    port: "1883"',
      "backend:",
      "  limits: &small",
      "    memory: 5",
      "frontend:",
      "  limits:",
      "    <<: *small",
      "  environment:",
      "    lower: case",
      "postgres: { enabled: false }",
    ].join("\n"),
  );
  const text = (await errorText(() => loadDeployment(path))).replaceAll(path, "site.yaml");

  expect(text.split("\n").map((line) => line.split(": got")[0])).toEqual([
    "site.yaml: 4 problems",
    "  site.yaml:5: listeners.mqtt.port",
    "  site.yaml:13: frontend.environment",
    "  site.yaml:8: frontend.limits.memory",
    "  site.yaml:8: backend.limits.memory",
  ]);
});
