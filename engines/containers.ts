import { roleOf } from "../core/labels.ts";
import type { ContainerSpec, Stack } from "./stack.ts";

/** The first container of a role; undefined if the stack has none. */
export const ofRole = ({ containers }: Stack, role: string): ContainerSpec | undefined =>
  containers.find((container) => roleOf(container) === role);

/** What an environment variable of a container is set to. */
export const variableOf = ({ block }: ContainerSpec, name: string): string | undefined =>
  block.env?.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
