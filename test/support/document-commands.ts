import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";

/** The command lines of a page, without the remarks behind them; under one heading, or all of them. */
export function commandsOf(page: string, heading?: string): readonly string[] {
  const text = readFileSync(join(projectRoot, page), "utf8");
  const part = heading === undefined ? text : text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0];
  const blocks = [...(part ?? "").matchAll(/^```sh\n(.*?)^```/gms)].map(([, block]) => block as string);
  const lines = blocks.flatMap((block) => block.split("\n")).map((line) => line.replace(/(^|\s+)#.*$/, ""));
  return lines.filter((line) => line !== "");
}

/**
 * A shell as somebody has it who follows a page: in the folder of the site file, which has its usual name there, with `exploreiot`
 * in PATH.
 */
export function shellNextTo(site: string, env: Readonly<Record<string, string>> = {}) {
  const folder = join(site, "..");
  const programs = join(folder, "bin");
  rmSync(programs, { recursive: true, force: true });
  mkdirSync(programs);
  const exploreiot = join(programs, "exploreiot");
  writeFileSync(
    exploreiot,
    `#!/bin/sh\nexec '${process.execPath}' '${projectRoot}/bin/exploreiot.js' "$@"\n`,
  );
  chmodSync(exploreiot, 0o755);
  rmSync(join(folder, "exploreiot.yaml"), { force: true });
  symlinkSync(site, join(folder, "exploreiot.yaml"));
  return (line: string, expected: readonly number[] = [0]) =>
    run(["bash", "-euo", "pipefail", "-c", line], {
      ...{ cwd: folder, expected },
      env: { ...env, PATH: `${programs}:${process.env.PATH}` },
    });
}
