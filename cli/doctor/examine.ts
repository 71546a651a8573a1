import { engineInfo } from "../../runners/docker/engine-info.ts";
import { labelled } from "../../runners/docker/observe.ts";
import {
  apiRange,
  engineAnswers,
  kernelFeatures,
  limitsInForce,
  runnersHere,
} from "../../runners/doctor/engine.ts";
import { type Finding, unknown } from "../../runners/doctor/finding.ts";
import { clocks, firewall, hosts, names, ports, subnets } from "../../runners/doctor/network.ts";
import { ownFiles } from "../../runners/doctor/own-files.ts";
import { architecture, diskRoom, memoryRoom, processorRoom } from "../../runners/doctor/room.ts";
import { managers, nodesOf } from "../../runners/doctor/swarm.ts";
import type { Synthesized } from "../synthesize.ts";
import { acmeDirectory } from "./acme.ts";
import { outsideAnswers } from "./outside.ts";
import { kernelForSwarm } from "./swarm-kernel.ts";

/** Looks at everything that a deployment stands on, at the same time, and changes nothing. */
export async function examine(synthesized: Synthesized): Promise<readonly Finding[]> {
  const { deployment, stack, home } = synthesized;
  const own = [acmeDirectory(deployment), names(stack), ownFiles(home), outsideAnswers(synthesized)];
  const engine = await engineAnswers();
  const onEngine =
    engine.state === "ok"
      ? await examineEngine(synthesized)
      : [
          unknown(
            "engine.rest",
            "limits, disk, memory, clock, subnets, ports and firewall: no engine to ask",
            "make the engine answer first",
          ),
        ];
  return [engine, ...onEngine, ...(await Promise.all(own)).flat()];
}

async function examineEngine({ deployment, stack, home }: Synthesized): Promise<readonly Finding[]> {
  const [info, containers, nodes] = await Promise.all([
    engineInfo(),
    labelled(stack.name),
    nodesOf(stack.name),
  ]);
  const looked = await Promise.all([
    apiRange(),
    runnersHere({ stack, home, report: () => undefined }),
    kernelFeatures(info),
    limitsInForce(info),
    managers(info),
    kernelForSwarm(info, deployment),
    architecture(stack, info),
    diskRoom(info, home),
    memoryRoom(stack, info, nodes),
    processorRoom(stack, info),
    clocks(stack),
    subnets(stack),
    hosts(stack),
    ports(stack),
    firewall(stack, info, containers.length > 0),
  ]);
  return looked.flat();
}
