import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../config/home.ts";

const FOLDERS = ["config", "firewall", "pki", "constructs", "stacks", "policies", "engines", "render", "cli"];

/** What each folder may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  config: [],
  firewall: ["config"],
  pki: ["config"],
  constructs: ["config", "firewall", "pki"],
  stacks: ["config", "constructs", "firewall", "pki", "policies"],
  policies: ["config"],
  engines: ["config"],
  render: ["config", "firewall", "engines"],
  cli: ["config", "firewall", "pki", "policies", "engines", "render"],
  "main.ts": ["config", "constructs", "stacks"],
  "index.ts": ["config", "constructs", "pki", "policies", "stacks"],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

const sources = ["main.ts", "index.ts", ...FOLDERS.flatMap(filesIn)];
const imports: readonly Import[] = sources.flatMap((from) => importsOf(from).map((to) => ({ from, to })));

function filesIn(folder: string): string[] {
  const path = join(projectRoot, folder);
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)));
}

/** Paths from the root for own files, package names for the rest; static, type-only and dynamic imports alike. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(projectRoot, file), "utf8");
  const found = text.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|\bimport\("([^"]+)"\)|^import\s+"([^"]+)"/gm,
  );
  return [...found].map((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? "";
    return target.startsWith(".")
      ? relative(projectRoot, resolve(projectRoot, dirname(file), target))
      : target;
  });
}

const area = (path: string) => path.split("/")[0] as string;
const isOwn = ({ to }: Import) => sources.includes(to);
const lines = (found: readonly Import[]) => found.map(({ from, to }) => `${from} -> ${to}`);

describe("imports", () => {
  test("are found at all", () => {
    expect(lines(imports)).toContain("main.ts -> stacks/add-deployment.ts");
    expect(lines(imports)).toContain("engines/run.ts -> execa");
    expect(sources.length).toBeGreaterThan(100);
  });

  test("point one way", () => {
    const wrong = imports
      .filter(isOwn)
      .filter(({ from, to }) => area(from) !== area(to) && !ALLOWED[area(from)]?.includes(area(to)));
    expect(lines(wrong)).toEqual([]);
  });

  test("name cdktf in one file, and its packages in constructs and stacks alone", () => {
    const packages = imports.filter(({ to }) => to === "constructs" || to.startsWith("@cdktf/"));
    expect(lines(imports.filter(({ to }) => to === "cdktf"))).toEqual(["constructs/cdktf.ts -> cdktf"]);
    expect([...new Set(packages.map(({ from }) => area(from)))].sort()).toEqual(["constructs", "stacks"]);
  });

  test("start processes in one place, but for the engine that has to outlive the kit", () => {
    const starting = imports.filter(({ to }) => to === "execa" || to === "node:child_process");
    expect(lines(starting)).toEqual([
      "engines/run.ts -> execa",
      "cli/setup/docker-engine.ts -> node:child_process",
    ]);
  });

  test("lead from rules to facts and to the parsers of files, never back", () => {
    const below = ["facts", "files", "document.ts", "files.ts", "policy.ts", "values.ts"];
    const inFacts = imports.filter(
      ({ from, to }) => /^policies\/(facts|files)\//.test(from) && area(to) === "policies",
    );
    const wrong = inFacts.filter(({ to }) => !below.includes(to.split("/")[1] as string));
    expect(inFacts.length).toBeGreaterThan(50);
    expect(lines(wrong)).toEqual([]);
  });

  test("form no cycle", () => {
    // Types alone form no cycle at run time, but a reader follows them all the same.
    expect(cycles()).toEqual([]);
  });
});

function cycles(): string[] {
  const targets = new Map(
    sources.map((from) => [
      from,
      imports.filter((edge) => edge.from === from && isOwn(edge)).map(({ to }) => to),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (done.has(file)) return;
    done.add(file);
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
  };
  for (const file of sources) visit(file, []);
  return found;
}
