import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./process.js";

/**
 * The shipped deployment `local`, its resources repeated under other names until it has so many containers: what
 * rules meet in practice, only more of it.
 *
 * @param {number} count of containers
 * @param {string} workspace folder for the synthesis
 */
export async function manyContainers(count, workspace) {
  const outdir = join(workspace, "cdktf.out");
  await run(["node", "bin/synth.js"], { env: { EXPLOREIOT_CONFIG: "local", CDKTF_OUTDIR: outdir } });
  const stack = JSON.parse(readFileSync(join(outdir, "stacks", "local", "cdk.tf.json"), "utf8"));
  const containers = Object.keys(stack.resource.docker_container).length;
  /** @type {Record<string, Record<string, unknown>>} */
  const resource = {};
  for (let copy = 0; copy * containers < count; copy += 1) {
    for (const [type, resources] of Object.entries(renamed(stack.resource, copy)))
      resource[type] = { ...resource[type], ...resources };
  }
  const kept = Object.entries(resource.docker_container ?? {}).slice(0, count);
  return { ...stack, resource: { ...resource, docker_container: Object.fromEntries(kept) } };
}

/**
 * Resources under the names of one copy, references and all.
 *
 * @param {Record<string, Record<string, unknown>>} resources
 * @param {number} copy
 * @returns {Record<string, Record<string, unknown>>}
 */
function renamed(resources, copy) {
  const names = Object.values(resources).flatMap((byName) => Object.keys(byName));
  let text = JSON.stringify(resources);
  for (const name of names) text = text.replaceAll(name, `${name}_${copy}`);
  const port = 10_000 + copy * 3;
  return JSON.parse(
    text
      .replaceAll("exploreiot-local-", `exploreiot-local-${copy}-`)
      .replace(/"external":\d+/g, () => `"external":${port}`)
      .replace(/"path":"local\//g, `"path":"local/${copy}/`),
  );
}
