/** What the names of a deployment's things in a swarm begin with. */
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
