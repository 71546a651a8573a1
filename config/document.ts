import { imageReferents, type Referent } from "../core/references.ts";
import type { Client } from "../services/definition.ts";
import { referents, roleReferents } from "../services/references.ts";
import { parseDeployment } from "./parse.ts";
import { siteJsonSchema } from "./schema.ts";
import { isAny, type SchemaNode, stepsIn, variantsOf } from "./site-keys.ts";

/** The reference page of the site file: every setting, and everything that `{…}` may name. */
export function siteDocument(): string {
  const { properties = {} } = siteJsonSchema() as SchemaNode;
  const sections = Object.entries(properties).filter(([, node]) => hasInner(node));
  const plain = Object.entries(properties).filter(([, node]) => !hasInner(node));
  return [
    "# The site file",
    "",
    "Generated from `config/schema.ts`; `UPDATE_DOCS=1 npx vitest run --project unit test/config/document.test.ts` writes it again.",
    "",
    "YAML or JSON. Everything but `name` may be left out. `exploreiot init` writes one with comments, and `exploreiot synth` checks one.",
    "How programs, secrets and paths work is told in [config/README.md](../config/README.md), services of your own in",
    "[own-services.md](own-services.md), the firewall in [firewall.md](firewall.md). `[]` stands for each item of a list, `NAME` for a",
    "name that you choose.",
    "",
    "## The deployment",
    "",
    ...table(plain.flatMap(([key, node]) => rowsOf(key, node))),
    ...sections.flatMap(([key, node]) => [
      "",
      `## \`${key}\``,
      "",
      `${sentence(node.description ?? "")}`,
      "",
      ...table(
        variantsOf(node).flatMap((variant) =>
          stepsIn(variant).flatMap(([step, inner]) => rowsOf(step, inner)),
        ),
      ),
    ]),
    "",
    "## References",
    "",
    "Filled in below `environment`, `secrets`, `files` (with `text`) and `build.args` of backend, frontend and services, and nowhere",
    "else. The second column is what each stands for in the role `api` of the deployment `site` of environment production at",
    "`iot.example.org`; a service that is off has none. A secret may stand below `secrets` and in files only.",
    "`|url` behind a name percent-encodes it for the middle of a URL: `{postgres.password|url}`.",
    "",
    "| reference | stands for |",
    "|---|---|",
    ...references().map(([name, referent]) => `| \`{${name}}\` | ${meaning(referent)} |`),
    "| `{secret.NAME}` | a secret of your own, made on first use |",
    "",
  ].join("\n");
}

/** Whether there are settings below it, and not just items or values. */
const hasInner = (node: SchemaNode): boolean =>
  variantsOf(node).some((variant) =>
    stepsIn(variant).some(([step, inner]) => !isAny(step) || hasInner(inner)),
  );

/** A setting, and all below it; an item of a list is told by the list. */
function rowsOf(path: string, node: SchemaNode): readonly (readonly string[])[] {
  const own = [`\`${path}\``, node.description ?? "", allowed(node), usual(node)];
  const inner = variantsOf(node).flatMap((variant) =>
    stepsIn(variant).flatMap(([step, next]) => rowsOf(`${path}.${step}`.replace(".[]", "[]"), next)),
  );
  const seen = new Set<string>();
  // Variants of one mapping share some of their keys.
  return [...(/(^|\.)NAME$|\[\]$/.test(path) ? [] : [own]), ...inner].filter(
    (row) => seen.size < seen.add(row.slice(0, 2).join("\n")).size,
  );
}

const table = (rows: readonly (readonly string[])[]): readonly string[] => [
  "| setting | what it is | allowed | default |",
  "|---|---|---|---|",
  ...rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`),
];

/** The kind of a value, as far as the schema can say it in a word. */
function allowed(node: SchemaNode): string {
  const words = variantsOf(node).map(({ type, enum: values, const: value, minimum, maximum }) => {
    if (value !== undefined) return `\`${String(value)}\``;
    if (values !== undefined) return values.map((one) => `\`${String(one)}\``).join(", ");
    if (type === "integer" || type === "number") {
      const kind = type === "integer" ? "whole number" : "number";
      return minimum === undefined || maximum === undefined ? kind : `${kind}, ${minimum} to ${maximum}`;
    }
    return TYPE[String(type)] ?? "";
  });
  return [...new Set(words)].filter((word) => word !== "").join(", or ");
}

const TYPE: Readonly<Record<string, string>> = {
  string: "text",
  boolean: "`true`, `false`",
  array: "list",
  object: "mapping",
};

/** An empty default says nothing; those of mappings are the defaults of what is in them. */
function usual({ default: value }: SchemaNode): string {
  const isEmpty = value === undefined || ["{}", "[]"].includes(JSON.stringify(value));
  return isEmpty ? "" : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

const sentence = (text: string) => (text === "" ? "" : `${text[0]?.toUpperCase()}${text.slice(1)}.`);

/** A program that logs in everywhere, so that every reference is there. */
const CLIENT: Client = {
  name: "api",
  application: "backend",
  rights: { postgres: "rows", redis: "", mosquitto: { user: "backend", publish: [], subscribe: [] } },
};

function references(): readonly (readonly [string, Referent])[] {
  const input = { name: "site", environment: "production", hosts: ["iot.example.org"] };
  return [
    ...referents(parseDeployment(input, "site"), CLIENT),
    ...roleReferents({ name: "api", group: "" }),
    ...imageReferents(),
  ];
}

function meaning(referent: Referent): string {
  if ("secret" in referent) return "a secret";
  if ("image" in referent) return "an image of the kit, in `build.args` alone";
  return referent.text === "" ? "nothing" : `\`${referent.text}\``;
}
