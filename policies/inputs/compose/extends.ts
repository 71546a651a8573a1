import { UserError } from "../../../core/errors.ts";
import { type Block, isBlock } from "../../values.ts";
import type { Gap } from "./conform.ts";
import { merge } from "./merge.ts";
import { absolute, isElsewhere } from "./relative-paths.ts";
import { type Path, without } from "./tree.ts";

/** The services of a file, which others extend. */
export interface Base {
  readonly services: Block;
  readonly replaced: readonly Path[];
  readonly file: string;

  /** Where relative paths of `extends.file` count from. */
  readonly folder: string;
}

interface Surroundings {
  readonly gaps: Gap[];
  readonly load: (path: string) => Base;
}

/**
 * A service with all that it extends, from its own file or another.
 *
 * @throws UserError for a circle, and for a service or a file that is not there
 */
export function extended(
  name: string,
  base: Base,
  surroundings: Surroundings,
  seen: readonly string[] = [],
): unknown {
  const place = `${base.file}: services.${name}`;
  const service = base.services[name];
  if (!isBlock(service) || service.extends === undefined) return service;
  if (seen.includes(place)) throw new UserError(`${place} extends itself`, "remove the circle");
  const { extends: from, ...own } = service;
  const { service: extendedName, file } = isBlock(from) ? from : { service: from, file: undefined };
  if (typeof extendedName !== "string") throw new UserError(`${place}.extends names no service`, "name one");
  if (isElsewhere(file)) {
    surroundings.gaps.push({
      path: ["services", name, "extends"],
      evidence: `is in ${file}, which is not here`,
    });
    return own;
  }
  const other = typeof file === "string" ? surroundings.load(String(absolute(file, base.folder))) : base;
  if (!Object.hasOwn(other.services, extendedName))
    throw new UserError(`${place} extends ${extendedName}, which is not in ${other.file}`, "fix the name");
  const inherited = extended(extendedName, other, surroundings, [...seen, place]);
  const kept = without({ services: { [name]: inherited } }, base.replaced) as { readonly services: Block };
  return merge(kept.services[name] ?? {}, own, ["services", name]);
}
