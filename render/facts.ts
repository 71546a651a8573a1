import { type ContainerFacts, readContainerFacts } from "../core/stack-facts.ts";
import { rawResources, type Stack } from "../runners/stack.ts";

/** The facts that the JSON states of each container besides its attributes, by its name. */
export function containerFacts(stack: Stack): ReadonlyMap<string, Partial<ContainerFacts>> {
  const blocks = Object.values(rawResources(stack).docker_container ?? {});
  return new Map(
    blocks.map((block) => [block.name, readContainerFacts(block, `${stack.folder}: ${block.name}`) ?? {}]),
  );
}
