import type { Resource, StackDocument } from "./document.ts";
import { taskSpec } from "./services.ts";
import { blocks, isTrue, show } from "./values.ts";

/** Networks of a container from which traffic may leave the machine, for evidence; none if all stay on it. */
export function waysOut(container: Resource, stack: StackDocument): readonly string[] {
  const { type, block } = container;
  if (block.network_mode === "none") return [];
  const joined = blocks(type === "docker_service" ? taskSpec(block) : block, "networks_advanced");
  if (joined.length === 0) return ["it is on the engine's default network"];
  return joined.flatMap(({ name }) => {
    const network = stack.follow(name)?.resource;
    if (network?.type !== "docker_network") return [`the network ${show(name)} is not in the stack`];
    const { driver, internal } = network.block;
    if ((driver ?? "bridge") !== "bridge")
      return [`the network ${network.path} has the driver ${show(driver)}`];
    return isTrue(internal) ? [] : [`the network ${network.path} is not internal`];
  });
}
