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

/** The beginning of the names of a deployment's things in a swarm. */
interface Named {
  readonly project: string;
}

/** The name of a network or volume in the swarm, as `docker stack` makes it. */
export const swarmName = (short: string, { project }: Named): string => `${project}_${short}`;

/** The other way around. */
export const shortName = (name: string, { project }: Named): string => name.slice(project.length + 1);

/** The name of a volume or network of the JSON in the stack file. */
export const short = (name: string, { project }: Named): string =>
  name.startsWith(`${project}-`) ? name.slice(project.length + 1) : name;

/** The name in the swarm of a volume or network of the JSON. */
export const nameOnSwarm = (name: string, named: Named): string => swarmName(short(name, named), named);
