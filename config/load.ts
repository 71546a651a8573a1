import { readFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { UserError } from "../core/errors.ts";
import { enterProject } from "../core/home.ts";
import { shellCommand } from "../core/shell-words.ts";
import type { Deployment } from "../services/deployment.ts";
import { local } from "./local.ts";
import { parseDeployment } from "./parse.ts";
import { production } from "./production.ts";
import { fromSiteFile } from "./site-paths.ts";

/** The deployments that ship with the kit, by name. */
const shipped: Readonly<Record<string, unknown>> = { local, production };

/**
 * Reads which deployments are meant: `EXPLOREIOT_CONFIG` holds the name of a shipped one or the path of a
 * site file; unset means all shipped ones, as `cdktf synth` expects.
 */
export async function loadDeployments(env: NodeJS.ProcessEnv = process.env): Promise<readonly Deployment[]> {
  const wanted = env.EXPLOREIOT_CONFIG;
  return wanted
    ? [await loadDeployment(wanted)]
    : Object.entries(shipped).map(([name, input]) => parseDeployment(input, `config/${name}.ts`));
}

/**
 * @param source `local`, `production`, or the path of a .yaml, .yml or .json file
 * @throws UserError if there is no such thing, or it cannot be read, or it is not sound
 */
export async function loadDeployment(source: string): Promise<Deployment> {
  if (Object.hasOwn(shipped, source)) return parseDeployment(shipped[source], `config/${source}.ts`);
  if (!/\.(ya?ml|json)$/.test(source)) {
    throw new UserError(
      `configuration ${JSON.stringify(source)}: unknown; allowed: ${Object.keys(shipped).join(", ")}, or a .yaml, .yml or .json file`,
      "exploreiot init writes a commented site file to start from",
    );
  }
  const text = readSite(source);
  const other = enterProject(source);
  if (other !== undefined)
    throw new UserError(
      `${source}: is of another project than ${other}, which this program works in already`,
      "put a cdktf.json into a folder above both, which is then the project's, or run one program for each",
    );
  const { parseYaml } = await import("../core/yaml.ts");
  return fromSiteFile(parseDeployment(parseYaml(text, source), source), dirname(resolve(source)));
}

function readSite(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (error as Error).message;
    throw new UserError(
      `${path}: ${reason}`,
      `${shellCommand("exploreiot", "init", basename(path))} writes one to start from`,
    );
  }
}
