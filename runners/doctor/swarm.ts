import { UserError } from "../../core/errors.ts";
import type { EngineInfo } from "../docker/engine-info.ts";
import { isOnSwarm } from "../swarm/deployed.ts";
import { type SwarmNode, swarmNodes } from "../swarm/nodes.ts";
import { type Finding, ok, problem } from "./finding.ts";

const ID = "swarm.managers";

/** Whether the swarm of this engine can decide, and still can once a manager more is lost. Nothing of an engine that manages none. */
export async function managers({ Swarm }: EngineInfo): Promise<readonly Finding[]> {
  if (!Swarm?.ControlAvailable) return [];
  try {
    const all = (await swarmNodes()).flatMap(({ reachability }) => reachability ?? []);
    return [judged(all.length, all.filter((one) => one === "reachable").length)];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [problem(ID, error.message, ...error.remedy)];
  }
}

/** The nodes that take tasks of a deployment, none where it is on no swarm; or why nobody can tell. */
export async function nodesOf(deployment: string): Promise<readonly SwarmNode[] | UserError> {
  try {
    const nodes = (await isOnSwarm(deployment)) ? await swarmNodes() : [];
    return nodes.filter(({ availability, status }) => availability === "active" && status === "ready");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error;
  }
}

function judged(all: number, reachable: number): Finding {
  const spare = reachable - (Math.floor(all / 2) + 1);
  const said = `${reachable} of ${all} managers of the swarm are reachable`;
  if (all === 1) return ok(ID, `${said}: while it is away nothing can be changed, and what runs goes on`);
  if (spare > 0) return ok(ID, `${said}, and ${spare} more may be lost`);
  return problem(
    ID,
    `${said}: once one more is lost nothing can be changed, and no service moves to another node`,
    "bring back the managers that are away: docker node ls names them",
    "or have an odd number of managers, at least three: docker node promote NODE, or demote one that is gone for good",
  );
}
