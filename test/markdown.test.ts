import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../core/home.ts";

/** Folders of what others wrote, or what was made from the sources. */
const FOREIGN = /^(node_modules|dist.*|cdktf\.out.*|\..*)$/;

function markdownIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return FOREIGN.test(entry.name) ? [] : markdownIn(path);
    return entry.name.endsWith(".md") ? [relative(projectRoot, path)] : [];
  });
}

const files = markdownIn(projectRoot);
const textOf = (file: string) => readFileSync(join(projectRoot, file), "utf8");
const inProject = (path: string) => existsSync(join(projectRoot, path));

/** Targets of links and pictures that are files of this project; what stands in a code block is no link. */
function linksIn(file: string): readonly string[] {
  const prose = textOf(file).replaceAll(/^```.*?^```/gms, "");
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)|\bsrc="([^"]+)"/g)].map(([, link, src]) => link ?? src);
  return targets
    .filter((target) => target !== undefined && !/^[a-z]+:/.test(target))
    .map((target) => (target as string).replace(/#.*/, ""));
}

/** Source files that are named with their folder, or in the first cell of a table, which lists those of its own folder. */
function sourcesIn(file: string): readonly string[] {
  const text = textOf(file);
  const cells = [...text.matchAll(/^\|([^|]*)\|/gm)].map(([, cell]) => cell as string);
  const listed = cells.flatMap((cell) => [...cell.matchAll(/`([\w.-]+\.ts)`/g)]);
  const located = text.matchAll(/`([\w.-]+\/[\w./-]+\.ts)`/g);
  return [...listed, ...located].map(([, path]) => path as string);
}

// Decisions are of their day: what they name may have moved since.
const current = files.filter((file) => !file.startsWith("docs/decisions/"));

describe("the documentation", () => {
  test("is found at all", () => {
    expect(files).toContain("README.md");
    expect(files.flatMap(linksIn).length).toBeGreaterThan(15);
    expect(sourcesIn("config/README.md")).toContain("schema.ts");
    expect(sourcesIn("docs/architecture.md")).toContain("runners/drift.ts");
  });

  test.each(files)("links in %s to what is there", (file) => {
    expect(linksIn(file).filter((target) => !inProject(join(dirname(file), target)))).toEqual([]);
  });

  test.each(current)("names in %s source files that are there", (file) => {
    const lost = sourcesIn(file).filter((path) => !inProject(path) && !inProject(join(dirname(file), path)));

    expect(lost).toEqual([]);
  });
});
