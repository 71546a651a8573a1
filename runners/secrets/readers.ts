import { roleOf } from "../../core/labels.ts";
import { namesIn } from "../../core/secret-text.ts";
import { HASH_KEY } from "../../core/secrets.ts";
import type { Stack } from "../stack.ts";

/**
 * The secrets of a deployment, each with the roles of the containers that are given it: those that a change of it replaces.
 * Read from the synthesized JSON, so that a secret is known as soon as a service is given it.
 */
export function readersOfSecrets({ containers }: Stack): ReadonlyMap<string, readonly string[]> {
  const services = containers.filter(({ job }) => !job);
  // It is in the hash that every container carries.
  const readers = new Map([[HASH_KEY, new Set(services.map(roleOf))]]);
  for (const { uploads, volumes } of containers) {
    const names = uploads.flatMap((upload) => ("source" in upload ? namesIn(upload.origin) : []));
    const filled = volumes.map(({ name }) => name);
    const given = containers.filter(
      (other) => other.uploads.length === 0 && other.volumes.some(({ name }) => filled.includes(name)),
    );
    for (const name of names)
      readers.set(name, new Set([...(readers.get(name) ?? []), ...given.map(roleOf)]));
  }
  return new Map([...readers].map(([name, roles]) => [name, [...roles].sort()]));
}
