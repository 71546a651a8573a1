import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { siteDocument } from "../../config/document.ts";
import { siteJsonSchema } from "../../config/schema.ts";
import { type SchemaNode, stepsIn, variantsOf } from "../../config/site-keys.ts";
import { projectRoot } from "../../core/home.ts";

const page = join(projectRoot, "docs", "site-file.md");

describe("docs/site-file.md", () => {
  test("is what the schema says (UPDATE_DOCS=1 rewrites it)", () => {
    if (process.env.UPDATE_DOCS === "1") writeFileSync(page, siteDocument());

    expect(readFileSync(page, "utf8")).toBe(siteDocument());
  });

  test("has a setting of each kind, and a reference of each", () => {
    const text = siteDocument();

    for (const line of [
      "| `environment` | local: clear text, and writing over HTTP is open; production: TLS alone, a key for writing, a firewall | `local`, `production` | `local` |",
      "| `roles[].replicas` | how many containers run it | whole number, 1 to 16 | `1` |",
      "| `NAME.allow.root.reason` | why it is accepted, for a reviewer | text |  |",
      "| `{postgres.password}` | a secret |",
      "| `{frontend.url}` | `https://iot.example.org` |",
      "| `{exploreiot/base}` | an image of the kit, in `build.args` alone |",
    ])
      expect(text.split("\n")).toContain(line);
  });
});

test("every setting says what it is", () => {
  const bare = (node: SchemaNode, path: string): readonly string[] =>
    variantsOf(node).flatMap((variant) =>
      stepsIn(variant).flatMap(([step, inner]) => [
        ...(step === "[]" || step === "NAME" || inner.description ? [] : [`${path}${step}`]),
        ...bare(inner, `${path}${step}.`),
      ]),
    );

  expect(bare(siteJsonSchema() as SchemaNode, "")).toEqual([]);
  expect(bare({ properties: { a: { properties: { b: {} } } } }, "")).toEqual(["a", "a.b"]);
});
