import { UserError } from "../core/errors.ts";
import { roleOf } from "../core/labels.ts";
import { closest } from "../core/template.ts";
import type { ContainerSpec, Stack } from "../runners/stack.ts";

/**
 * The containers of the services that were named, or those of all services: what runs once and ends is no service.
 *
 * @throws UserError for a name that no service has
 */
export function servicesNamed(stack: Stack, names: readonly string[]): readonly ContainerSpec[] {
  if (names.length === 0) return stack.containers.filter(({ job }) => !job);
  return names.map((name) => serviceNamed(stack, name));
}

/** The container of the service, or of the job, that was named. */
export function serviceNamed(stack: Stack, name: string): ContainerSpec {
  const found = stack.containers.find((spec) => roleOf(spec) === name || spec.name === name);
  if (found !== undefined) return found;
  const known = stack.containers.filter(({ job }) => !job).map(roleOf);
  const near = closest(name, known);
  throw new UserError(
    `service ${JSON.stringify(name)}: ${stack.name} has none of that name; allowed: ${known.join(", ")}`,
    ...(near === undefined ? [] : [`did you mean ${near}?`]),
  );
}
