import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../core/home.ts";

const FOLDERS = [
  ...["core", "site", "firewall", "pki", "constructs", "services", "config", "stacks"],
  ...["policies", "runners", "render", "cli", "checker"],
];

/** The folders that each may import besides itself: none of them leads back. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  site: ["core"],
  firewall: ["core", "site"],
  pki: ["core"],
  constructs: ["core", "site", "firewall"],
  services: ["core", "site", "firewall", "pki", "constructs"],
  config: ["core", "site", "services"],
  stacks: ["core", "site", "firewall", "constructs", "services", "policies", "runners"],
  policies: ["core", "site"],
  runners: ["core"],
  render: ["core", "firewall", "runners"],
  cli: ["core", "site", "pki", "services", "config", "policies", "runners", "render", "main.ts"],
  checker: ["core", "cli"],
  "main.ts": ["core", "config", "constructs", "services", "stacks"],
  "index.ts": ["core", "site", "constructs", "services", "config", "policies", "stacks"],
};

interface Import {
  readonly from: string;
  readonly to: string;

  /** Nothing is loaded for it. */
  readonly typesOnly: boolean;
}

const sources = ["main.ts", "index.ts", ...FOLDERS.flatMap(filesIn)];
const imports: readonly Import[] = sources.flatMap((from) =>
  importsOf(from).map((found) => ({ from, ...found })),
);

function filesIn(folder: string): string[] {
  const path = join(projectRoot, folder);
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)));
}

/** Paths from the root for own files, package names for the rest; static, type-only and dynamic imports alike. */
function importsOf(file: string): Omit<Import, "from">[] {
  const text = readFileSync(join(projectRoot, file), "utf8");
  const found = text.matchAll(
    /^(?:import|export)( type)?\b[^;]*?\bfrom\s+"([^"]+)"|\bimport\("([^"]+)"\)|^import\s+"([^"]+)"/gm,
  );
  return [...found].map((match) => {
    const target = match[2] ?? match[3] ?? match[4] ?? "";
    const to = target.startsWith(".")
      ? relative(projectRoot, resolve(projectRoot, dirname(file), target))
      : target;
    return { to, typesOnly: match[1] !== undefined };
  });
}

/** Everything that is loaded, or may be later on, once `file` is. */
function loadedBy(file: string, seen = new Set<string>()): readonly string[] {
  for (const { to } of imports.filter(({ from, typesOnly }) => from === file && !typesOnly))
    if (seen.size < seen.add(to).size) loadedBy(to, seen);
  return [...seen];
}

const area = (path: string) => path.split("/")[0] as string;
const isOwn = ({ to }: Import) => sources.includes(to);
const lines = (found: readonly Import[]) => found.map(({ from, to }) => `${from} -> ${to}`);

describe("imports", () => {
  test("are found at all", () => {
    expect(lines(imports)).toContain("main.ts -> stacks/add-deployment.ts");
    expect(lines(imports)).toContain("runners/run.ts -> execa");
    expect(sources.length).toBeGreaterThan(100);
  });

  test("point one way", () => {
    const wrong = imports
      .filter(isOwn)
      .filter(({ from, to }) => area(from) !== area(to) && !ALLOWED[area(from)]?.includes(area(to)));
    expect(lines(wrong)).toEqual([]);
  });

  test("name cdktf in one file, and its packages in constructs, services and stacks alone", () => {
    const packages = imports.filter(({ to }) => to === "constructs" || to.startsWith("@cdktf/"));
    expect([...new Set(imports.filter(({ to }) => to === "cdktf").map(({ from }) => from))]).toEqual([
      "constructs/cdktf.ts",
    ]);
    expect([...new Set(packages.map(({ from }) => area(from)))].sort()).toEqual([
      "constructs",
      "services",
      "stacks",
    ]);
  });

  test("load cdktf, which takes long, in the verbs that synthesize alone", () => {
    expect(loadedBy("main.ts")).toContain("cdktf");
    const others = loadedBy("cli/main.ts", new Set(["main.ts"]));
    expect(others.filter((name) => /^(cdktf|@cdktf\/.*)$/.test(name))).toEqual([]);
    expect(lines(imports.filter(({ to }) => to === "main.ts"))).toEqual(["cli/synthesize.ts -> main.ts"]);
  });

  test("load nothing that deploys in the checker alone", () => {
    const loaded = loadedBy("checker/main.ts");
    expect([...new Set(loaded.filter((path) => sources.includes(path)).map(area))].toSorted()).toEqual([
      "cli",
      "core",
      "policies",
      "site",
    ]);
    expect(loaded).not.toContain("execa");
    expect(loaded).toContain("commander");
  });

  test("start processes in one place, but for the engine that has to outlive the kit", () => {
    const starting = imports.filter(({ to }) => to === "execa" || to === "node:child_process");
    expect(lines(starting)).toEqual([
      "runners/run.ts -> execa",
      "cli/setup/docker-engine.ts -> node:child_process",
    ]);
  });

  test("read what a stack is made of through core/inputs.ts, which notes it", () => {
    const making = [
      "core",
      "site",
      "firewall",
      "pki",
      "constructs",
      "services",
      "config",
      "stacks",
      "main.ts",
    ];
    const readers = sources
      .filter((file) => making.includes(area(file)))
      .filter((file) => {
        const text = readFileSync(join(projectRoot, file), "utf8");
        const named = [...text.matchAll(/^import ([^;]*?) from "node:fs(?:\/promises)?"/gm)].map(
          ([, names]) => names,
        );
        return /\b(read\w*|exists\w*|l?stat\w*|open\w*|createReadStream)\b|\*/.test(named.join());
      });

    expect(readers.sort()).toEqual(
      [
        // Where the project is, and which deployment was made from a site file: the folder and the file are in the seal by themselves.
        "core/home.ts",
        "core/inputs.ts",
        "core/known-sites.ts",
        "core/last-synthesis.ts",
        // For handing over files and secrets, which no synthesis does.
        "core/named-files.ts",
        "core/own-folder.ts",
        // Whether a program is there, which no stack depends on.
        "core/programs.ts",
        // What a synthesis has written itself, and what there is to link to in its draft.
        "constructs/whole-synthesizer.ts",
        "stacks/draft.ts",
        // Which old pairs to remove after a new one was made.
        "pki/folder.ts",
      ].sort(),
    );
  });

  test("lead from rules to facts and to the parsers of files, never back", () => {
    const below = ["facts", "files", "document.ts", "evidence.ts", "files.ts", "policy.ts", "values.ts"];
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
