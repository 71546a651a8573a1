import { run } from "../run.ts";
import { labelsOnSwarm } from "./observe-swarm.ts";
import type { ServiceAsked } from "./terraform-swarm.ts";

/** Sets the labels that services are declared to have and do not; no task is made again for them. */
export async function setLabels(deployment: string, services: readonly ServiceAsked[]): Promise<void> {
  const found = await labelsOnSwarm(deployment);
  for (const { name, labels } of services) {
    const other = Object.entries(labels).filter(([label, value]) => found.get(name)?.[label] !== value);
    if (other.length === 0) continue;
    const added = other.flatMap(([label, value]) => ["--label-add", `${label}=${value}`]);
    await run(["docker", "service", "update", "--detach", "--quiet", ...added, name]);
  }
}
