import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../policies/evaluate.ts";
import { policies } from "../../../policies/index.ts";
import { filesOf } from "../../../policies/inputs/compose/files.ts";
import { readCompose } from "../../../policies/inputs/compose/read.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

type Files = Readonly<Record<string, string>>;

function read(files: Files, env: Files = {}) {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) write(folder, path, text);
  const sources = filesOf(join(folder, "compose.yaml")).map((file) => ({ file }));
  return { folder, ...readCompose(sources, folder, env) };
}

const compose = (text: string, files: Files = {}, env: Files = {}) =>
  read({ "compose.yaml": text, ...files }, env);

/** The findings of the rules, as `ID path: evidence`. */
const found = (text: string, files: Files = {}) =>
  evaluate(compose(text, files).stack, policies)
    .flatMap(({ findings }) => findings)
    .map(({ policy, path, evidence }) => `${policy} ${path}: ${evidence}`);

describe("what is not understood is named", () => {
  test.each([
    [
      "a misspelt key of a service",
      "services: {web: {image: i, privilegd: true}}",
      [
        {
          path: "services.web",
          evidence: "privilegd is no key that is known here; did you mean privileged?",
        },
      ],
    ],
    [
      "one deep inside, and one at the top",
      "service: {}\nservices: {web: {image: i, build: {context: ., secret: x}}}",
      [
        { path: "service", evidence: "is no key that is known here; did you mean services?" },
        {
          path: "services.web",
          evidence: "build.secret is no key that is known here; did you mean secrets?",
        },
      ],
    ],
    [
      "one that is near to none",
      "services: {web: {image: i, env: {A: b}}}",
      [{ path: "services.web", evidence: "env is no key that is known here" }],
    ],
    [
      "a network and a volume that nobody declares",
      "services: {web: {image: i, networks: [fornt], volumes: ['date:/d']}}\nnetworks: {front: {}}\nvolumes: {data: {}}",
      [
        {
          path: "services.web",
          evidence: "names fornt, which is not in networks; did you mean front?",
        },
        { path: "services.web", evidence: "names date, which is not in volumes; did you mean data?" },
      ],
    ],
    [
      "a value of another type",
      "services: {web: {image: i, privileged: perhaps, ports: 80, environment: {A: [x]}}}",
      [
        { path: "services.web", evidence: 'privileged is "perhaps", not true or false' },
        { path: "services.web", evidence: "ports is 80, not a list" },
        {
          path: "services.web",
          evidence: 'environment is {"A":["x"]}, not a mapping, or a list of KEY=value',
        },
      ],
    ],
    [
      "services that are a list",
      "services: [a]",
      [{ path: "services", evidence: 'is ["a"], not a mapping' }],
    ],
    [
      "a file of variables that is not here",
      "services: {web: {image: i, env_file: [nope.env, {path: may.env, required: false}]}}",
      [{ path: "services.web", evidence: expect.stringMatching(/^env_file \/.*\/nope\.env is not here$/) }],
    ],
    [
      "a file of labels that is not here",
      "services: {web: {image: i, label_file: nope.labels}}",
      [
        {
          path: "services.web",
          evidence: expect.stringMatching(/^label_file \/.*\/nope\.labels is not here$/),
        },
      ],
    ],
    [
      "what is included or extended from elsewhere",
      'include: ["oci://example.org/x", "https://example.org/y.git"]\nservices: {web: {image: i, extends: {file: "https://example.org/z.git", service: s}}}',
      [
        { path: "services.web", evidence: "extends is in https://example.org/z.git, which is not here" },
        { path: "include", evidence: "names oci://example.org/x, which is not here" },
        { path: "include", evidence: "names https://example.org/y.git, which is not here" },
      ],
    ],
    [
      "a service that cannot run, and names that nothing has",
      "services: {web: {volumes: ['data:/v'], networks: [n], depends_on: [d], configs: [c], secrets: [s], models: [m]}}",
      [
        "has no image, build or provider: name the file that it is laid over with -f",
        "names n, which is not in networks",
        "names data, which is not in volumes",
        "names c, which is not in configs",
        "names s, which is not in secrets",
        "names m, which is not in models",
        "names d, which is not in services",
      ].map((evidence) => ({ path: "services.web", evidence })),
    ],
  ])("%s", (_, text, expected) => {
    expect(compose(text).stack.notUnderstood).toEqual(expected);
  });

  test("but for extension fields, which Compose ignores too", () => {
    expect(
      compose("x-a: 1\nservices: {web: {image: i, x-b: 2, deploy: {x-c: 3}}}").stack.notUnderstood,
    ).toEqual([]);
  });

  test("in INP-002, which no waiver excuses", () => {
    const waived =
      "x-exploreiot: {waivers: [{rule: INP-002, at: services.web, reason: a reason to judge, expires: 9999-12-31}]}\n";

    expect(found(`${waived}services: {web: {image: i, foo: 1}}`)).toContain(
      "INP-002 services.web: foo is no key that is known here",
    );
  });
});

describe("variables", () => {
  test("of the shell count before those of .env, and a bare key takes its value from either", () => {
    const { stack } = compose(
      'services: {web: {image: "i:$TAG", environment: [PASS, ONLY, NONE]}}',
      { ".env": "TAG=file\nPASS=a${b}" },
      { TAG: "shell", ONLY: "x" },
    );

    expect(stack.of(["docker_container"])[0]?.block).toMatchObject({
      image: "i:shell",
      env: ["NONE=${NONE}", "ONLY=x", "PASS=a${b}"],
    });
  });

  test.each([
    ["services: {web: {image: '${'}}", {}, "${ is no variable; write $$ for a dollar"],
    ["services: {web: {image: '${A B}'}}", {}, "${A B} is no variable"],
    ["services: {web: {image: i}}", { ".env": "A=1\nB='x\n" }, ".env: line 2: a quote is not closed"],
    ["services: {web: {image: i}}", { ".env": "A B C\n" }, ".env: line 1: A B C: is no variable"],
  ])("that cannot be read are refused: %s", (text, files, message) => {
    expect(() => compose(text, files)).toThrow(message);
  });

  test("leave dollars and templates of other programs alone", () => {
    const { stack } = compose('services: {web: {image: i, command: ["$(date) $5 %{x} $${Y}"]}}');

    expect(stack.of(["docker_container"])[0]?.block.command).toEqual(["$(date) $5 %%{x} $${Y}"]);
  });
});

describe("files that a service is given or built from are judged", () => {
  const OPEN = "listener 1883\nallow_anonymous true\n";
  const broker = (more: string) =>
    `services:\n  mq:\n    image: eclipse-mosquitto:2.0.20\n${more.replace(/^(?=.)/gm, "    ")}`;

  test.each([
    ["a bound file", 'volumes: ["./a.conf:/mosquitto/config/mosquitto.conf"]', { "a.conf": OPEN }],
    ["a bound folder", 'volumes: ["./conf:/mosquitto/config"]', { "conf/mosquitto.conf": OPEN }],
    ["a folder next door", 'volumes: ["../x/conf:/mosquitto/config"]', {}],
    [
      "an inline config",
      "configs: [{source: c, target: /mosquitto/config/mosquitto.conf}]\nconfigs: {c: {content: 'listener 1883\n\n\n  allow_anonymous true'}}",
      {},
    ],
  ])("in %s", (_, more, files) => {
    const [own = "", top = ""] = more.split(/\n(?=configs: \{)/);
    const text = `${broker(own)}\n${top}`;
    const folder = "a folder next door" === _ ? { "../x/conf/mosquitto.conf": OPEN } : files;
    const lines = inNeighbourhood(text, folder as unknown as Files);

    expect(lines.filter((line) => /^MQT-00[145]/.test(line))).toEqual([
      expect.stringMatching(/^MQT-001 services\.mq:.*allow_anonymous is "?true/),
    ]);
  });

  test("a Dockerfile in the context, and one that stands in the compose file", () => {
    const { folder, stack } = compose(
      'services: {a: {build: ./app}, b: {build: {context: ., dockerfile_inline: "FROM x:1\\nRUN echo $$A"}}}',
      { "app/Dockerfile": "FROM y:1\n" },
    );

    expect(stack.of(["file/Dockerfile"])).toEqual([
      {
        type: "file/Dockerfile",
        id: "a/Dockerfile",
        path: "services.a.build:Dockerfile",
        block: { file: "Dockerfile", text: "FROM y:1\n", source: join(folder, "app/Dockerfile") },
      },
      {
        type: "file/Dockerfile",
        id: "b/Dockerfile",
        path: "services.b.build:Dockerfile",
        block: { file: "Dockerfile", text: "FROM x:1\nRUN echo $A" },
      },
    ]);
  });
});

/** Findings of a project in a folder of a folder, so that it has a neighbour. */
function inNeighbourhood(text: string, files: Files): readonly string[] {
  const above = temporaryFolder();
  for (const [path, content] of Object.entries({ "compose.yaml": text, ...files }))
    write(above, join("project", path), content);
  const folder = join(above, "project");
  return evaluate(readCompose([{ file: join(folder, "compose.yaml") }], folder, {}).stack, policies)
    .flatMap(({ findings }) => findings)
    .map(({ policy, path, evidence }) => `${policy} ${path}: ${evidence}`);
}

describe("what a service is let do", () => {
  test.each([
    ["use_api_socket: true", "CTR-024", 'host path of "/var/run/docker.sock" is "/var/run/docker.sock"'],
    ["post_start: [{command: id, privileged: true}]", "CTR-045", "post_start[0].privileged is true"],
    ["pre_stop: [{command: id, user: root}]", "CTR-045", 'pre_stop[0].user is "root"'],
    ["post_start: [{command: id, environment: {API_PASSWORD: x}}]", "SEC-001", "API_PASSWORD has a value"],
    ["uts: host", "CTR-046", 'uts is "host"'],
    ["gpus: all", "CTR-028", 'devices asks for "gpu"'],
    ["device_cgroup_rules: ['a *:* rwm']", "CTR-028", 'devices holds "a *:* rwm"'],
    [
      "deploy: {resources: {reservations: {devices: [{driver: nvidia, capabilities: [gpu]}]}}}",
      "CTR-028",
      'devices asks for "nvidia"',
    ],
    ["tty: true", "CTR-031", "tty is true"],
    ["stdin_open: true", "CTR-031", "stdin_open is true"],
    ["volumes: ['./x:/x:rshared']", "CTR-027", expect.stringMatching(/^propagation of .* is "rshared"$/)],
    ["volumes_from: [db]", "CTR-025", 'host path of "/host" is "/etc"'],
  ])("%s: %s", (more, rule, evidence) => {
    const text = `services:\n  db: {image: "i:1", volumes: ["/etc:/host"]}\n  web:\n    image: i:1\n    ${more}\n`;
    const ours = evaluate(compose(text).stack, policies)
      .flatMap(({ findings }) => findings)
      .filter(({ policy, path }) => policy === rule && path === "services.web");

    expect(ours.map(({ evidence }) => evidence)).toEqual([evidence]);
  });

  test.each([
    ["privileged: true", 'build.security_opt holds "privileged"'],
    ["entitlements: [security.insecure]", 'build.security_opt holds "security.insecure"'],
  ])("in its build: %s", (more, evidence) => {
    expect(found(`services: {web: {build: {context: ., ${more}}}}`)).toContain(
      `IMG-006 services.web.build: ${evidence}`,
    );
  });

  test("ports of services that are chosen one or the other", () => {
    const both = (a: string, b: string) =>
      found(
        `services:\n  a: {image: "i:1", profiles: ${a}, ports: ["8080:80"]}\n  b: {image: "i:1", profiles: ${b}, ports: ["8080:80"]}`,
      ).filter((line) => line.startsWith("NET-022"));
    const taken = ["NET-022 services.b: host port 8080/tcp is also taken by services.a"];

    expect(both("[x]", "[y]")).toEqual([]);
    expect(both("[x]", "[x, y]")).toEqual(taken);
    expect(both("[x]", "[]")).toEqual(taken);
  });

  test("a range of ten thousand ports is told once by each rule, however it is written", () => {
    const each = Array.from({ length: 10_000 }, (_, at) => `"${20_000 + at}:${20_000 + at}"`).join(", ");
    const ports = (list: string) =>
      found(`services: {web: {image: "i:1", ports: [${list}]}}`).filter((line) => /20000/.test(line));
    const told = ports('"20000-29999:20000-29999"');

    expect(told).toEqual(["NET-004 services.web: host_ip of port 20000-29999 is not set"]);
    expect(ports(each)).toEqual(told);
  });
});

describe("where something stands", () => {
  test("is the key of its own file, no matter what else has that name", () => {
    const { folder, places } = read({
      "compose.yaml":
        "include: [other.yaml]\nx-a: &a\n  labels:\n    web: x\nservices:\n  db: {image: i}\n  web:\n    <<: *a\n    image: i\n",
      "compose.override.yaml": "services:\n  web: {read_only: true}\n  more.dots:\n    image: i\n",
      "other.yaml": "services:\n\n  evil: {image: i}\n",
    });
    const at = (name: string) => {
      const place = places.get(name);
      return [place?.file.slice(folder.length), place?.line];
    };

    expect([at("services.web"), at("services.more.dots"), at("services.evil")]).toEqual([
      ["/compose.yaml", 7],
      ["/compose.override.yaml", 3],
      ["/other.yaml", 3],
    ]);
  });
});

describe("a project is refused", () => {
  test.each<[string, Files, string]>([
    [
      "whose files include each other",
      { "compose.yaml": "include: [a.yaml]", "a.yaml": "include: [compose.yaml]" },
      "includes compose.yaml, which includes it",
    ],
    ["that includes what is not there", { "compose.yaml": "include: [a.yaml]" }, "a.yaml: cannot be read"],
    [
      "that has a tag of nobody",
      { "compose.yaml": "services: {web: !secret {image: i}}" },
      "line 1: the tag !secret is not known; allowed: !reset, !override",
    ],
    [
      "that lays a list over a mapping",
      {
        "compose.yaml": "services: {web: {image: i, healthcheck: {retries: 1}}}",
        "compose.override.yaml": "services: {web: {healthcheck: [x]}}",
      },
      "services.web.healthcheck is a mapping in one place and none in another",
    ],
    [
      "whose alias stands in what it names",
      { "compose.yaml": "x-a: &a [*a]\nservices: {web: {image: i}}" },
      "an alias stands in what it names",
    ],
    [
      "that merges what is no mapping",
      { "compose.yaml": "x-a: &a [text]\nservices: {web: {image: i, <<: *a}}" },
      "Merge sources must be maps or map aliases",
    ],
    [
      "whose alias has no anchor",
      { "compose.yaml": "services: {web: {image: *a}}" },
      "the alias *a has no anchor",
    ],
  ])("%s", (_, files, message) => {
    expect(() => read(files)).toThrow(message);
  });
});
