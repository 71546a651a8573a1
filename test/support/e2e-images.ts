import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DeploymentInput } from "../../config/schema.ts";
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
  const { code, stdout, stderr } = await kit(["images", "--config", site, "--json"]);
  rmSync(folder, { recursive: true });
  if (code !== 0) throw new Error(stderr);
  const tags = (JSON.parse(stdout) as { tag: string }[]).map(({ tag }) => tag);
  const named = Object.fromEntries(tags.map((tag) => [/\/(.*):/.exec(tag)?.[1] ?? tag, tag]));
  await engine.load([...names, "probe"].map((name) => named[name] as string));
  return named;
}
