import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Step {
  readonly name: string;
  readonly shell: string;
  readonly env: Readonly<Record<string, string>>;
  readonly run: string;
}

export interface ActionResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a composite action as GitHub's runner does: inputs with their defaults, expressions in `env` filled, each step by
 * `bash --noprofile --norc -eo pipefail` in the workspace, up to the first that fails.
 *
 * @throws Error for what this does not do: other actions, other shells, expressions outside of `env`
 */
export async function runAction(
  folder: string,
  workspace: string,
  given: Readonly<Record<string, string>>,
): Promise<ActionResult> {
  const { inputs, runs } = parse(readFileSync(join(folder, "action.yml"), "utf8")) as Action;
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name));
  if (runs.using !== "composite" || unknown.length > 0)
    throw new Error(`cannot run: ${runs.using} ${unknown}`);
  let last: ActionResult = { code: 0, stdout: "", stderr: "" };
  for (const { shell, env, run } of runs.steps) {
    if (shell !== "bash" || run.includes("${{")) throw new Error(`cannot run: ${shell} ${run}`);
    const filled = Object.entries(env).map(([name, value]) => [
      name,
      value.replaceAll(
        /\$\{\{\s*inputs\.([\w-]+)\s*\}\}/g,
        (_, input: string) => given[input] ?? inputs[input]?.default ?? "",
      ),
    ]);
    last = await bash(run, workspace, { ...Object.fromEntries(filled), GITHUB_ACTION_PATH: folder });
    if (last.code !== 0) return last;
  }
  return last;
}

function bash(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<ActionResult> {
  return new Promise((resolve) => {
    execFile(
      "bash",
      ["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
      { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 ** 2 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
