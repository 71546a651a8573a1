import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { isInstalled } from "../../core/programs.ts";
import { run } from "../../runners/run.ts";
import { missing, titled } from "../support/e2e.ts";
import { terraformMissing } from "../support/e2e-setup.ts";

/** End-to-end tests of what Terraform does, by file, and which tests of it. */
const FILES = [
  ["state", "."],
  ["cdktf", "."],
  ["guards", "."],
  ["status", "."],
  ["runners", "."],
  ["stack", "brought up by terraform"],
  ["certificates", "^.?terraform"],
  ["faults", "while terraform works"],
  ["preflight", "by cdktf deploy"],
  ["kills", "^terraform"],
] as const;

/** Also for what is started from here: the kit and cdktf take the program by this name. */
process.env.TERRAFORM_BINARY_NAME = "tofu";
// Of a configuration that is not there OpenTofu warns in front of its JSON, which cdktf then cannot read.
if (!existsSync(process.env.TF_CLI_CONFIG_FILE ?? "")) delete process.env.TF_CLI_CONFIG_FILE;
const reason = missing.docker ?? (isInstalled("tofu") ? await terraformMissing() : "tofu is not installed");

/** The same as with Terraform: the same files, commands and messages (decision 114). */
describe.skipIf(reason)(titled("with OpenTofu in place of Terraform", reason), () => {
  test.each(FILES)("the end-to-end tests pass: %s", { timeout: 900_000 }, async (name, pattern) => {
    const only = [`test/e2e/${name}.test.ts`, `--testNamePattern=${pattern}`];
    const { code, stdout, stderr } = await run(
      ["npx", "--no-install", "vitest", "run", "--project=e2e", "--project=e2e-long", ...only],
      { cwd: projectRoot, env: { NO_COLOR: "1" }, expected: [0, 1] },
    );

    expect(code, stdout + stderr).toBe(0);
    // A pattern that fits no test would pass as well.
    expect(stdout).toMatch(/^ *Tests .*\b[1-9]\d* passed/m);
  });
});
