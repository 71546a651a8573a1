import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { StackDocument } from "../../policies/document.ts";
import { builtIn, evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { loadInputs } from "../../policies/inputs/load.ts";
import { finding } from "../../policies/language.ts";
import { isShown, stackOf } from "./examples.ts";

const all = [...builtIn, ...policies];
const root = dirname(createRequire(import.meta.url).resolve("@cdktf/provider-docker/package.json"));

/** Attributes of the provider, as its own package declares them, that Compose does not have under that name. */
function attributesOfTerraform(): ReadonlySet<string> {
  const lib = join(root, "lib");
  const declared = readdirSync(lib, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [
      ...readFileSync(join(lib, name, "index.d.ts"), "utf8").matchAll(/readonly (\w+)\??:/g),
    ])
    .map(([, name = ""]) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .filter((name) => name.includes("_"));
  const ofCompose = readFileSync(
    join(import.meta.dirname, "../../policies/inputs/compose/keys.ts"),
    "utf8",
  ).match(/\b[a-z]+(_[a-z]+)+\b/g);
  return new Set(declared.filter((name) => !ofCompose?.includes(name)));
}

/** Words that only Terraform or the kit has: a person with a compose file cannot do anything about it. */
const FOREIGN = [
  /\bTerraform('s)?\b/,
  /\bprovider\b/,
  /\bat apply\b/,
  /\bdocker_[a-z]+/,
  /\$\{/,
  /\bregistry_auth\b/,
  /\bexploreiot [a-z]+/,
  /\bsite file\b/,
  /\bthe kit\b/,
  /\b(ServiceContainer|JobContainer|FileDelivery)\b/,
];

function foreignWords(text: string, attributes: ReadonlySet<string>): readonly string[] {
  const words = text.match(/\b[a-z]+(_[a-z\d]+)+\b/g) ?? [];
  return [
    ...words.filter((word) => attributes.has(word)),
    ...FOREIGN.flatMap((pattern) => pattern.exec(text)?.[0] ?? []),
  ];
}

/** Every stack of Compose that the tests have: examples of rules, and files in the manner of others'. */
function composeStacks(): readonly StackDocument[] {
  const examples = all
    .filter(({ avoid }) => !isShown(avoid) && !avoid.startsWith("{"))
    .map(({ avoid }) => stackOf(avoid));
  const files = ["real-world", "public-stacks"].flatMap((folder) =>
    readdirSync(join(import.meta.dirname, folder))
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => join(import.meta.dirname, folder, name)),
  );
  return [
    ...examples,
    ...files.flatMap((path) => loadInputs({ paths: [path] }).inputs.map(({ stack }) => stack)),
  ];
}

test("no rule answers a compose file in the words of Terraform or of the kit", () => {
  const attributes = attributesOfTerraform();
  expect([...attributes]).toEqual(expect.arrayContaining(["pull_triggers", "networks_advanced", "must_run"]));
  const stacks = composeStacks();
  // The others look at what no compose file has, such as a docker_service.
  const advice = all
    .filter(
      ({ dialect, looksAt }) => dialect === undefined && stacks.some((stack) => stack.of(looksAt).length > 0),
    )
    .map((policy) => finding(policy, "", "", "compose"));
  expect(advice.length).toBeGreaterThan(200);
  const found = stacks.flatMap((stack) =>
    evaluate(stack, policies).flatMap(({ findings, relaxed }) => [...findings, ...relaxed]),
  );
  expect(new Set(found.map(({ policy }) => policy)).size).toBeGreaterThan(200);
  const wrong = [...advice, ...found].flatMap(({ policy, evidence, allowed, fix }) =>
    Object.entries({ evidence, allowed, fix }).flatMap(([part, text]) =>
      foreignWords(text, attributes).map((word) => `${policy} ${part}: ${word}: ${text}`),
    ),
  );

  expect([...new Set(wrong)]).toEqual([]);
});

test.each(["IMG-001", "IMG-003", "IMG-007"])(
  "%s advises what a site file can say of an image of one's own",
  (id) => {
    const policy = policies.find((policy) => policy.id === id);
    if (policy === undefined) throw new Error(`${id} is gone`);
    const { allowed, fix } = finding(policy, "", "", "site");

    expect(`${allowed}; ${fix}`).not.toMatch(
      /registry_auth|pull_triggers|docker_registry_image|images lock|provider/,
    );
    expect(fix).toMatch(/digest/);
  },
);
