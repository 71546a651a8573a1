import { UserError } from "../../core/errors.ts";
import { roleOf } from "../../core/labels.ts";
import { listContainers } from "../docker/observe.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import { observeSwarm, swarmService } from "./observe-swarm.ts";

/**
 * The container of a service, to run something in: of the name that it has without a swarm, or that of a task on this node.
 * A swarm lets nobody enter a container from another node.
 *
 * @throws UserError that names the node where it runs
 */
export async function containerHere(stack: Stack, spec: ContainerSpec): Promise<string> {
  const service = swarmService(stack.name, roleOf(spec));
  const tasks = await listContainers({ label: [`com.docker.swarm.service.name=${service}`] });
  const running = tasks.find(({ State }) => State === "running");
  if (running !== undefined) return running.Id;
  const found = (await observeSwarm(stack.name))?.services.get(roleOf(spec))?.task;
  if (found === undefined) return spec.name;
  throw new UserError(
    found.state === "running" && found.node !== undefined
      ? `${roleOf(spec)} runs on the node ${found.node}, and this is the engine of another one`
      : `${roleOf(spec)} does not run: ${[found.state, found.error].filter(Boolean).join(", ")}`,
    found.state === "running"
      ? `ask that node's engine: DOCKER_HOST=ssh://${found.node} exploreiot …, or docker exec there`
      : "exploreiot status and exploreiot logs say more",
  );
}
