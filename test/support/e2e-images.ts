import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DeploymentInput } from "../../config/schema.ts";
import type { RunResult } from "../../runners/run.ts";
import { kit } from "./e2e.ts";
import type { PrivateEngine } from "./e2e-private-engine.ts";

/**
 * Makes the images of a deployment with the engine that is there, and hands them to the private one; name to tag.
 *
 * @param names those that it needs there, besides the one that services are probed with
 */
export async function takeImages(
  engine: PrivateEngine,
  config: DeploymentInput,
  names: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync("/var/tmp/exploreiot-fw-");
  const site = join(folder, "site.json");
  writeFileSync(site, JSON.stringify(config));
  const tags = await imagesOf(kit, site).finally(() => rmSync(folder, { recursive: true }));
  const named = Object.fromEntries(tags.map((tag) => [/\/(.*):/.exec(tag)?.[1] ?? tag, tag]));
  await engine.load([...names, "probe"].map((name) => named[name] as string));
  return named;
}

/** Has a kit make the images of a site file that are missing, and returns the tags of all of them. */
export async function imagesOf(
  kit: (args: readonly string[]) => Promise<RunResult>,
  site: string,
): Promise<readonly string[]> {
  const { code, stdout, stderr } = await kit(["images", "--config", site, "--json"]);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { tag: string }[]).map(({ tag }) => tag);
}
