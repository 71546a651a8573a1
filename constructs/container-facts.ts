import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import type { ContainerFacts } from "../core/stack-facts.ts";

/** Writes into the JSON of a container what its attributes do not say. */
export function stateFacts(container: Container, facts: Partial<ContainerFacts>): void {
  const whole: ContainerFacts = { listeners: [], origins: {}, ...facts };
  container.addOverride("//.exploreiot", whole);
}
