import { roleOf } from "../core/labels.ts";
import type { ContainerSpec, Stack } from "./stack.ts";

/** The first container of a role; undefined if the stack has none. */
export const ofRole = ({ containers }: Stack, role: string): ContainerSpec | undefined =>
  containers.find((container) => roleOf(container) === role);

/** The services that wait for this one at a start, over any number of others: they need it to work. */
export function dependentsOf({ containers }: Stack, { name }: ContainerSpec): readonly ContainerSpec[] {
  const reached = new Set([name]);
  for (let size = 0; size !== reached.size; ) {
    size = reached.size;
    for (const other of containers)
      if (other.dependsOn.some((needed) => reached.has(needed))) reached.add(other.name);
  }
  return containers.filter((other) => other.name !== name && !other.job && reached.has(other.name));
}

/** The value of an environment variable of a container. */
export const variableOf = ({ block }: ContainerSpec, name: string): string | undefined =>
  block.env?.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
