import { composeProject } from "../../core/labels.ts";

/** The label by which `docker stack` knows what belongs together. */
export const STACK_LABEL = "com.docker.stack.namespace";

/**
 * The variable of a container's environment with the version of its service where Terraform made it: with another label of
 * containers, which is where a stack file has it, the provider would replace the service.
 */
export const VERSION_VARIABLE = "EXPLOREIOT_SPEC";

/** The name of a service in the swarm. */
export const swarmService = (deployment: string, role: string): string =>
  `${composeProject(deployment)}_${role}`;

/** A label of a node: the deployment's data is there, also while it is down. */
export const dataLabel = (deployment: string): string => `exploreiot.${deployment}.data`;
