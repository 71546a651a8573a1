import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { projectRoot } from "../core/home.ts";
import { families } from "../policies/index.ts";
import { newRule } from "../policies/new-rule.ts";

/** `exploreiot policy new`: the files of a rule, for those who work on the kit itself. */
export const policyNewCommand = new Command("new")
  .description("write the files that a new rule of the kit needs")
  .argument("<family>", Object.keys(families).sort().join(", "))
  .argument("<name>", "the rule as a name, such as memory-is-limited")
  .addHelpText(
    "after",
    '\nThe rule gets the next free id of its family and finds nothing yet. Its test fails until rule and test are written.\nRules for one deployment need no checkout of the kit: policies/README.md, "Rules of your own".',
  )
  .action((family: string, name: string) => {
    const files = newRule(family, name, read);
    for (const [path, text] of files) writeFileSync(join(projectRoot, path), text);
    const [rule, , test] = files.keys();
    console.log([...files.keys()].map((path) => `${path} written`).join("\n"));
    console.log(
      `Next: write ${rule} and ${test}, then docs/policies.md again (UPDATE_DOCS=1 npx vitest run --project unit-policies test/policies/catalogue.test.ts)`,
    );
  });

function read(path: string): string | undefined {
  try {
    return readFileSync(join(projectRoot, path), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
