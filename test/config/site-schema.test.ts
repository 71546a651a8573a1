import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { siteJsonSchema } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";

const file = join(projectRoot, "config/site.schema.json");

describe("config/site.schema.json", () => {
  test("says what config/schema.ts says (UPDATE_SCHEMA=1 rewrites it, npm run fix lays it out)", () => {
    if (process.env.UPDATE_SCHEMA === "1")
      writeFileSync(file, `${JSON.stringify(siteJsonSchema(), undefined, 2)}\n`);

    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(siteJsonSchema());
  });

  test("asks for a name only, and takes no key it does not know", () => {
    expect(siteJsonSchema()).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "ExploreIOT deployment",
      type: "object",
      required: ["name"],
      additionalProperties: false,
    });
  });

  test("tells an editor what a setting is for, its default and its bounds", () => {
    const { properties } = siteJsonSchema() as { properties: Record<string, { properties: object }> };

    expect(properties.http?.properties).toMatchObject({
      rateLimitPerMinute: {
        description: "requests per client; 0 = none",
        type: "integer",
        default: 600,
        minimum: 0,
        maximum: 1_000_000,
      },
    });
  });
});
