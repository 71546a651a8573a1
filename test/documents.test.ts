import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDeployment } from "../config/parse.ts";
import { projectRoot } from "../core/home.ts";
import { pinsFile, readPins } from "../core/image-pins.ts";
import { imageDefinitions } from "../core/images.ts";
import { definitions, listeners } from "../services/registry.ts";
import { markdownTable, withBlock } from "./support/made-block.ts";

/** Holds a page to what is made for it; UPDATE_DOCS=1 writes it. */
function holds(file: string, source: string, text: string): void {
  const path = join(projectRoot, file);
  const page = readFileSync(path, "utf8");
  const made = withBlock(page, `made by UPDATE_DOCS=1 from ${source}`, text);
  if (process.env.UPDATE_DOCS) writeFileSync(path, made);
  expect(process.env.UPDATE_DOCS ? made : page).toBe(made);
}

test("README.md has every port that a listener opens, and every one that stays inside", () => {
  const deployment = parseDeployment({ name: "any" }, "test");
  const inside = Object.values(definitions).flatMap((definition) => {
    const { port } = (definition.references as (settings: object) => Readonly<Record<string, string>>)(
      deployment[definition.name],
    );
    const isOpened = Object.keys(definition.listeners).length > 0;
    return isOpened || port === undefined
      ? []
      : [[port, definition.name, definition.speaks, "nowhere: inside only"]];
  });
  const open = listeners.map(({ port, service, serves, openIn }) => [String(port), service, serves, openIn]);
  holds(
    "README.md",
    "services/registry.ts",
    markdownTable(["port", "service", "serves", "open in environment"], [...open, ...inside]),
  );
});

test("images/README.md has every image", () => {
  const pins = readPins(pinsFile(projectRoot));
  const rows = Object.entries(imageDefinitions).map(
    ([name, { context, target, args, pinnedAs = name, does = "" }]) => {
      const parents = Object.values(args).flatMap((parts) =>
        parts.flatMap((part) => (typeof part === "string" ? [] : [`\`${part.image}\``])),
      );
      const official = pins[pinnedAs];
      return [
        `\`${name}\``,
        `\`${context}\`${target === undefined || target === name ? "" : `, ${target}`}`,
        parents.join(", ") || "Debian, by mmdebstrap",
        userIn(context),
        official === undefined
          ? "-"
          : `${official.ref}:${official.tag}${official.digest ? "" : ", not pinned yet"}`,
        does,
      ];
    },
  );
  holds(
    "images/README.md",
    "core/images.ts",
    markdownTable(["image", "context", "built on", "user", "official image", "what for"], rows),
  );
});

/** As whom it runs: the last USER of its Dockerfile. */
function userIn(context: string): string {
  const dockerfile = join(projectRoot, context, "Dockerfile");
  if (!existsSync(dockerfile)) return "-";
  return [...readFileSync(dockerfile, "utf8").matchAll(/^USER (\S+)$/gm)].at(-1)?.[1] ?? "-";
}
