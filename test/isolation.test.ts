import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import config from "../vitest.config.ts";

/** Calls that change the process for every module in it. Dates that a test sets are real again before the next file. */
const CHANGES =
  /process\.env(\.\w+|\[[^\]]+\]) = |delete process\.env|process\.(chdir|umask)\(|vi\.(mock|doMock|stubEnv|stubGlobal|resetModules)\(/;

const folder = new URL(".", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter(
    (name) =>
      name.endsWith(".ts") && !/^(e2e\/|engines\/|opentofu\/|support\/e2e-|isolation\.test\.ts)/.test(name),
  )
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }));

test("unit tests that change their process, themselves or by a helper, are those that have one of their own", () => {
  const changing = new Set(files.filter(({ text }) => CHANGES.test(text)).map(({ name }) => name));
  for (let before = 0; before < changing.size; ) {
    before = changing.size;
    const helpers = [...changing].filter((name) => !name.endsWith(".test.ts"));
    for (const { name, text } of files) {
      const here = name.startsWith("support/");
      const imports = (helper: string) =>
        text.includes(here ? helper.replace("support/", '"./') : `/${helper}"`);
      if (helpers.some(imports)) changing.add(name);
    }
  }
  const expected = [...changing].filter((name) => name.endsWith(".test.ts"));

  expect([...changing].filter((name) => !name.endsWith(".test.ts")).sort()).toEqual([
    "support/programs.ts",
    "support/scripted-engine.ts",
  ]);
  expect(alone()).toEqual(expected.sort().map((name) => `test/${name}`));
});

/** The files of the one project of unit tests whose files share nothing. */
function alone(): readonly string[] | undefined {
  const projects = (config.test?.projects ?? []) as readonly {
    readonly test?: { readonly name?: string; readonly include?: readonly string[] };
  }[];
  return projects.find(({ test: project }) => project?.name === "unit-alone")?.test?.include;
}
