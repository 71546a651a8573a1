import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { readProject } from "../../policies/inputs/compose/project.ts";
import { readCompose } from "../../policies/inputs/compose/read.ts";
import { CORPUS, type ComposeCase } from "../support/compose-corpus.ts";
import { bare, comparable, composeConfig } from "../support/compose-oracle.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const missing = inject("missing").compose;

/** Writes a project into a folder; the files that Compose reads for it. */
function written({ files, use }: ComposeCase): {
  readonly folder: string;
  readonly sources: readonly string[];
} {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) write(folder, path, text);
  const own = ["compose.yaml", "compose.override.yaml"].filter((name) => name in files);
  return { folder, sources: (use ?? own).map((name) => join(folder, name)) };
}

/** Without models, which its JSON leaves out. */
const SECTIONS = ["services", "networks", "volumes", "configs", "secrets"];
const picked = (project: object) =>
  Object.fromEntries(Object.entries(project).filter(([key]) => SECTIONS.includes(key)));

/** The view of the rules. */
const seen = (files: readonly string[], folder: string, env: Readonly<Record<string, string>>) => {
  const { stack } = readCompose(
    files.map((file) => ({ file })),
    folder,
    env,
  );
  const reports = evaluate(stack, policies);
  return {
    resources: [...stack.resources].sort((one, other) => (one.path < other.path ? -1 : 1)),
    findings: reports.flatMap(({ findings }) => findings.map((found) => JSON.stringify(found))).sort(),
    notEnforceable: reports.flatMap(({ notEnforceable }) => notEnforceable.map(({ path }) => path)).sort(),
  };
};

describe.skipIf(missing)(
  `the reader says what Compose says${missing ? ` [skipped: ${missing}]` : ""}`,
  () => {
    test.each(CORPUS)("of $name", (given) => {
      const { folder, sources } = written(given);
      const env = bare(given.env);
      const oracle = JSON.parse(composeConfig(folder, "json", given.use, env));
      const project = readProject(
        sources.map((file) => ({ file })),
        folder,
        env,
      );

      expect(project.gaps).toEqual([]);
      expect(comparable(picked(project))).toEqual(comparable(picked(oracle)));
      expect(project.name).toBe(oracle.name);
    });

    test.each(CORPUS)("and finds the same in what Compose prints of $name", (given) => {
      const { folder, sources } = written(given);
      const env = bare(given.env);
      const printed = write(folder, "printed.yaml", composeConfig(folder, "yaml", given.use, env));

      expect(seen([printed], folder, env)).toEqual(seen(sources, folder, env));
    });
  },
);

/** Services of which Compose says nothing but that it refuses them. */
const REFUSED = [
  "a: {image: i, depends_on: [b]}, b: {image: i, depends_on: [a]}",
  "a: {image: i, depends_on: [a]}",
  "a: {image: i, network_mode: 'service:b'}, b: {image: i, depends_on: {a: {condition: service_started}}}",
  "a: {image: i, container_name: web}, b: {image: i, container_name: web}",
  "a: {image: 'i:${UNSET_TAG:?which}'}",
  "a: {image: 'i:${UNSET_TAG?}'}",
  "a: {image: 'i:${UNSET_TAG:-${UNSET_TOO:?}}'}",
];

const TAKEN = [
  "a: {image: 'i:${UNSET_TAG:-${UNSET_TOO:-1}}'}",
  "a: {image: i}, b: {image: i, depends_on: [a]}, c: {image: i, depends_on: [a, b]}",
];

describe.skipIf(missing)("what Compose refuses is no project to the reader either", () => {
  const gaps = (services: string) => {
    const folder = temporaryFolder();
    const file = write(folder, "compose.yaml", `services: {${services}}`);
    return { folder, found: readProject([{ file }], folder, {}).gaps };
  };

  test.each(REFUSED)("%s", (services) => {
    const { folder, found } = gaps(services);
    expect(() => composeConfig(folder, "json", undefined, bare())).toThrow();
    expect(found).not.toEqual([]);
  });

  test.each(TAKEN)("and what it takes is one: %s", (services) => {
    const { folder, found } = gaps(services);
    expect(composeConfig(folder, "json", undefined, bare())).toContain("services");
    expect(found).toEqual([]);
  });
});
