import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { loadDeployment } from "../config/load.ts";
import {
  deploymentHome,
  enterProject,
  HOME_VARIABLE,
  mainProgram,
  projectRoot,
  stackFolder,
} from "../core/home.ts";
import { EXIT, thrownBy } from "../core/report.ts";
import { run } from "../engines/run.ts";
import { readStack, type Stack } from "../engines/stack.ts";
import type { Deployment } from "../services/deployment.ts";

export interface Synthesized {
  readonly deployment: Deployment;
  readonly stack: Stack;
  readonly home: string;
}

/**
 * Checks a configuration and synthesizes its stack: runs main.ts, the program that `cdktf synth` runs too, so
 * there is one way from a configuration to the JSON.
 *
 * @param source `local`, `production` or the path of a site file
 * @param unjudged for what only looks or removes: a rule that finds something must not keep anybody from it
 */
export async function synthesize(source: string, { unjudged = false } = {}): Promise<Synthesized> {
  const isFile = existsSync(source);
  const config = isFile ? resolve(source) : source;
  if (isFile) enterProject(config);
  const child = run([process.execPath, mainProgram, "--hand-over", ...(unjudged ? ["--unjudged"] : [])], {
    cwd: projectRoot,
    env: { EXPLOREIOT_CONFIG: config, [HOME_VARIABLE]: projectRoot },
    expected: [EXIT.ok, EXIT.userError, EXIT.bug],
  });
  // At the same time; problems of the configuration are told by this process, as it finds them first.
  const [deployment, synthesis] = await Promise.all([loadDeployment(config), child]);
  if (synthesis.code !== EXIT.ok) throw thrownBy(synthesis);
  const folder = stackFolder(deployment.name);
  return { deployment, stack: readStack(folder), home: deploymentHome(deployment.name) };
}
