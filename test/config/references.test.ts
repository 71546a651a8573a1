import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { publicText, splitReferences } from "../../core/references.ts";
import { parseTemplate } from "../../core/template.ts";
import { serviceNames } from "../../services/registry.ts";
import { errorText } from "../support/error-text.ts";

const OWN = { image: "registry.example/app:1" };
const refusal = async (input: object) =>
  (await errorText(() => parseDeployment({ name: "site", ...input }, "site.yaml"))).replaceAll(
    /allowed: deployment\.name.*?(, role\.group|, exploreiot\/node-build|, secret\.NAME); /g,
    "allowed: NAMES$1; ",
  );

const INTERPOLATION = "no ${…} and no $NAME: no variable of a shell or of compose is filled in here";
const CONSTANT =
  "a text with a secret in it, such as {secret.NAME}: what stands in the site file is no secret; fix: write {secret.NAME} for it, and its value into .exploreiot/DEPLOYMENT/secrets/own-NAME before the first up (otherwise one is made)";
const NEVER =
  "no reference: they are filled in at backend, frontend and services: environment, secrets, files with text, build.args, and at alarms.webhook.secret only; fix: write the value";

describe("a template is read as", () => {
  test.each([
    ["plain", ["plain"]],
    ["", []],
    ["{postgres.host}", [{ name: "postgres.host" }]],
    ["a{postgres.host}b{redis.port}", ["a", { name: "postgres.host" }, "b", { name: "redis.port" }]],
    ['{"a":{"b":1},"c":[{}]}', ['{"a":{"b":1},"c":[{}]}']],
    ['{ "host": "{redis.host}" }', ['{ "host": "', { name: "redis.host" }, '" }']],
    ['{\n  "a": 1\n}', ['{\n  "a": 1\n}']],
    ["{{postgres.host}", ["{postgres.host}"]],
    ["{{{{x}}", ["{{x}}"]],
    ["{{{postgres.host}", ["{", { name: "postgres.host" }]],
    ["a } b }}", ["a } b }}"]],
    ["$${HOME} $$HOME $5 $a a$", ["${HOME} $HOME $5 $a a$"]],
    ["$2b$12$ABCDEFabc", ["$2b$12$ABCDEFabc"]],
    ["{ postgres.host }", [{ name: " postgres.host " }]],
    ["{{x}}", [{ unclear: "{{x}}", kind: "doubled" }]],
    ["{{{x}}}", [{ unclear: "{{{x}}}", kind: "doubled" }]],
    ["a{b", ["a", { unclear: "{b", kind: "open" }]],
    [
      "${A}-$DB_HOST",
      [{ unclear: "${A}", kind: "interpolation" }, "-", { unclear: "$DB_HOST", kind: "interpolation" }],
    ],
  ])("%j", (template, parts) => {
    expect(parseTemplate(template)).toEqual(parts);
  });

  test("a reference in a form for URLs: text percent-encoded, a secret to be", () => {
    const known = new Map([
      ["a.text", { text: "a b/ü" }],
      ["a.secret", { secret: "s" }],
    ]);
    expect(splitReferences("{a.text|url}{a.secret|url}{secret.x|url}{a.text}", known)).toEqual([
      { text: "a%20b%2F%C3%BC" },
      { secret: "s", as: "url" },
      { secret: "own-x", as: "url" },
      { text: "a b/ü" },
    ]);
    expect(() => splitReferences("{a.text|uri}", known)).toThrow('"{a.text|uri}" holds');
  });

  test("no text where it was not checked: a reference to nothing never becomes a constant", () => {
    expect(() => splitReferences("{postgres.hots}", new Map())).toThrow('"{postgres.hots}" holds');
    expect(() => publicText({ secret: "a" })).toThrow("may not stand where everyone can read it");
  });
});

describe("an application's text is refused for", () => {
  test.each([
    ["{postgres.hots}", "{postgres.hots}", "NAMES, role.group", "did you mean {postgres.host}?"],
    ["x{Postgres.host}", "{Postgres.host}", "NAMES, role.group", "did you mean {postgres.host}?"],
    ["{ postgres.host }", "{ postgres.host }", "NAMES, role.group", "did you mean {postgres.host}?"],
    ["{POSTGRES_HOST}", "{POSTGRES_HOST}", "NAMES, role.group", "did you mean {postgres.host}?"],
    [
      "{mosquitto.sensor.password}",
      "{mosquitto.sensor.password}",
      "NAMES, role.group",
      "change the reference, or write {{ for a brace that is text",
    ],
    [
      "{exploreiot/base}",
      "{exploreiot/base}",
      "NAMES, role.group",
      "change the reference, or write {{ for a brace that is text",
    ],
    [
      "http://${DB_HOST}/",
      "${DB_HOST}",
      INTERPOLATION,
      "write the value, or a reference such as {postgres.host}; $${DB_HOST} is the text itself",
    ],
    [
      "$DB_HOST",
      "$DB_HOST",
      INTERPOLATION,
      "write the value, or a reference such as {postgres.host}; $$DB_HOST is the text itself",
    ],
    [
      "{{ x }}",
      "{{ x }}",
      "one brace for a reference, {{ for a brace that is text; } is always text",
      "write { x } for the reference, {{ x } for the text { x }, {{{{ x }} for the text {{ x }}",
    ],
    [
      "a{b",
      "{b",
      "a reference such as {postgres.host}, a JSON object, or {{ for a brace that is text",
      "close the brace, or write it twice",
    ],
  ])("%j in an environment", async (value, got, allowed, fix) => {
    expect(await refusal({ backend: { environment: { A: value } } })).toBe(
      `site.yaml: 1 problem\n  backend.environment.A: got "${got}"; allowed: ${allowed}; fix: ${fix}`,
    );
  });

  test.each([
    ["{secret.my.key}", "{secret.my.key}", "NAMES, secret.NAME; fix: did you mean {secret.my-key}?"],
    ["{Secret.key}", "{Secret.key}", "NAMES, secret.NAME; fix: did you mean {secret.key}?"],
    ["{secrets.my_key}", "{secrets.my_key}", "NAMES, secret.NAME; fix: did you mean {secret.my_key}?"],
    [
      "{postgres.pasword}",
      "{postgres.pasword}",
      "NAMES, secret.NAME; fix: did you mean {postgres.password}?",
    ],
    [
      "${DB_PASSWORD}",
      "${DB_PASSWORD}",
      `${INTERPOLATION}; fix: write the value, or a reference such as {postgres.host}; $\${DB_PASSWORD} is the text itself`,
    ],
    ["hunter2", "[redacted]", `${CONSTANT}; or move A to backend.environment if it is none`],
    ["{{secret.key}", "[redacted]", `${CONSTANT}; or move A to backend.environment if it is none`],
    [
      "redis://:hunter2@{redis.host}",
      "[redacted]",
      `${CONSTANT}; or move A to backend.environment if it is none`,
    ],
    ["redis://u:hunter2@{redis.host}?k={secret.key}", "[redacted]", CONSTANT],
  ])("%j as a secret", async (value, got, rest) => {
    expect(await refusal({ backend: { secrets: { A: { value } } } })).toBe(
      `site.yaml: 1 problem\n  backend.secrets.A.value: got "${got}"; allowed: ${rest}`,
    );
  });

  test.each([
    [
      "{secret.token}",
      "no secret: build arguments stay in the image's history; fix: give it to the running program by backend.secrets",
    ],
    [
      "{exploreiot/ruby}",
      "NAMES, exploreiot/node-build; fix: change the reference, or write {{ for a brace that is text",
    ],
    ["{exploreiot/pyton}", "NAMES, exploreiot/node-build; fix: did you mean {exploreiot/python}?"],
    [
      "{role.name}",
      "NAMES, exploreiot/node-build; fix: change the reference, or write {{ for a brace that is text",
    ],
  ])("%j as a build argument", async (value, rest) => {
    expect(await refusal({ backend: { build: { context: "x", args: { A: value } } } })).toBe(
      `site.yaml: 1 problem\n  backend.build.args.A: got "${value}"; allowed: ${rest}`,
    );
  });

  test("one secret's name in two spellings, which would be two secrets", async () => {
    const secrets = { A: { value: "{secret.my-key}" }, B: { value: "{secret.My_Key}" } };

    expect(await refusal({ backend: { secrets } })).toBe(
      'site.yaml: 1 problem\n  backend.secrets.B.value: got "{secret.My_Key}"; allowed: one spelling of a secret\'s name; elsewhere it is {secret.my-key}; fix: write {secret.my-key}, or choose another name',
    );
  });
});

describe("a text that nobody fills in is refused for", () => {
  const VARIABLE = "no ${…}: no variable of a shell or of compose is filled in here; fix: write the value";
  test("refused in a command for every service that there is", async () => {
    const command = serviceNames.map((name) => `{${name}.host}`);
    const refused = await errorText(() =>
      parseDeployment({ name: "x", backend: { ...OWN, roles: [{ name: "api", command }] } }, "site.yaml"),
    );
    expect(refused).toBe(
      [
        `site.yaml: ${command.length} problems`,
        ...command.map((got, at) => `  backend.roles.0.command.${at}: got "${got}"; allowed: ${NEVER}`),
      ].join("\n"),
    );
  });

  test.each<[string, object, string, string, string]>([
    [
      "a reference in a role's command",
      { backend: { ...OWN, roles: [{ name: "api", command: ["serve", "--db={postgres.host}"] }] } },
      "backend.roles.0.command.1",
      "{postgres.host}",
      NEVER,
    ],
    [
      "a reference in a command for a shell",
      { backend: { ...OWN, migrate: { command: ["sh", "-c", "migrate { Postgres.host } ${PORT}"] } } },
      "backend.migrate.command.2",
      "{ Postgres.host }",
      NEVER,
    ],
    [
      "a secret in a health check",
      { backend: { ...OWN, roles: [{ name: "api", health: { command: ["check", "{secret.key}"] } }] } },
      "backend.roles.0.health.command.1",
      "{secret.key}",
      NEVER,
    ],
    [
      "a variable in a command that no shell reads",
      { frontend: { ...OWN, command: ["serve", "${PORT}"] } },
      "frontend.command.1",
      "${PORT}",
      `${VARIABLE}, or hand it to a shell: [sh, -c, …]`,
    ],
    [
      "a variable in a folder",
      { backend: { build: { context: "${HOME}/app" } } },
      "backend.build.context",
      "${HOME}",
      VARIABLE,
    ],
    [
      "a reference in a Dockerfile's name",
      { backend: { build: { context: "x", dockerfile: "{backend.name}" } } },
      "backend.build.dockerfile",
      "{backend.name}",
      NEVER,
    ],
    [
      "a reference in a key of a bucket",
      { state: { backend: "s3", bucket: "states", key: "{deployment.name}.tfstate" } },
      "state.key",
      "{deployment.name}",
      NEVER,
    ],
    [
      "a reference in a topic",
      { mosquitto: { users: [{ name: "a", publish: ["{topics.readings}"] }] } },
      "mosquitto.users.0.publish.0",
      "{topics.readings}",
      NEVER,
    ],
    [
      "a reference in a reason",
      {
        policies: {
          waivers: [
            {
              rule: "NET-001",
              at: "site/{deployment.nme}",
              reason: "a reason to judge",
              expires: "2027-01-31",
            },
          ],
        },
      },
      "policies.waivers.0.at",
      "{deployment.nme}",
      NEVER,
    ],
  ])("%s", async (_, input, path, got, rest) => {
    expect(await refusal(input)).toBe(`site.yaml: 1 problem\n  ${path}: got "${got}"; allowed: ${rest}`);
  });

  test("nothing in what a shell or another program reads by itself", () => {
    const command = ["sh", "-c", "exec serve --port ${PORT} | awk '{print $1}'"];
    const site = { name: "site", backend: { ...OWN, roles: [{ name: "api", command }] } };

    expect(parseDeployment(site, "site.yaml").programs.map(({ at, command }) => [at, command])).toEqual([
      ["backend.roles.0", command],
      ["frontend", undefined],
    ]);
  });
});
