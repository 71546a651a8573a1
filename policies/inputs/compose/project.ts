import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { UserError } from "../../../core/errors.ts";
import { parseYaml } from "../../../core/yaml.ts";
import { type Block, isBlock } from "../../values.ts";
import { interpolateAll } from "./interpolation.ts";
import { merge } from "./merge.ts";

/** A compose project as one file: variables filled, overrides and `extends` merged. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  readonly services: Readonly<Record<string, Block>>;
  readonly networks: Block;
  readonly volumes: Block;
  readonly configs: Block;
  readonly secrets: Block;

  /** `x-exploreiot`: how it is judged. */
  readonly settings: unknown;
}

/** Names under which Compose finds a project, in its order. */
export const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** Whether parsed YAML is a compose file. */
export const isCompose = (value: unknown): value is Block => isBlock(value) && isBlock(value.services);

/**
 * Reads a compose file with the override file that Compose takes up by itself, and the `.env` next to it.
 *
 * @throws UserError if it, or a file that it extends, cannot be read or is not sound
 */
export function readProject(file: string): Project {
  const folder = dirname(resolve(file));
  const variables = new Map(Object.entries(dotEnv(join(folder, ".env"))));
  const override = file.replace(/\.(ya?ml)$/, ".override.$1");
  const whole = [file, ...(existsSync(override) ? [override] : [])]
    .map((path) => parsed(path, variables))
    .reduce(merge);
  const services = Object.keys(section(whole, "services", file)).map((name) => [
    name,
    extended(whole, name, file, variables, []),
  ]);
  return {
    name: typeof whole.name === "string" ? whole.name : basename(folder),
    folder,
    services: Object.fromEntries(services),
    networks: section(whole, "networks", file),
    volumes: section(whole, "volumes", file),
    configs: section(whole, "configs", file),
    secrets: section(whole, "secrets", file),
    settings: whole["x-exploreiot"],
  };
}

function parsed(path: string, variables: ReadonlyMap<string, string>): Block {
  const value = interpolateAll(parseYaml(textOf(path), path), variables);
  if (!isBlock(value))
    throw new UserError(`${path}: is no mapping`, "write services: and the rest as a mapping");
  return value;
}

export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(
      `${path}: cannot be read (${(error as Error).message})`,
      "check the path and its mode",
    );
  }
}

/** The variables of a `.env` file; none if there is no such file. */
export const dotEnv = (path: string): Readonly<Record<string, string>> =>
  existsSync(path) ? (parseEnv(textOf(path)) as Record<string, string>) : {};

function section(whole: Block, name: string, file: string): Block {
  const value = whole[name] ?? {};
  if (!isBlock(value)) throw new UserError(`${file}: ${name} is no mapping`, `write ${name} as a mapping`);
  return value;
}

/** A service with what it extends, from this file or another. */
function extended(
  whole: Block,
  name: string,
  file: string,
  variables: ReadonlyMap<string, string>,
  seen: readonly string[],
): Block {
  const place = `${file}: services.${name}`;
  const service = section(whole, "services", file)[name] ?? {};
  if (!isBlock(service)) throw new UserError(`${place} is no mapping`, "write the service as a mapping");
  const { extends: from, ...own } = service;
  if (from === undefined) return own;
  if (seen.includes(place)) throw new UserError(`${place} extends itself`, "remove the circle");
  const { service: base, file: other } = isBlock(from) ? from : { service: from, file: undefined };
  if (typeof base !== "string") throw new UserError(`${place}.extends names no service`, "name one");
  const path = typeof other === "string" ? join(dirname(file), other) : file;
  const source = path === file ? whole : parsed(path, variables);
  if (!(base in section(source, "services", path)))
    throw new UserError(`${place} extends ${base}, which is not in ${path}`, "fix the name");
  return merge(extended(source, base, path, variables, [...seen, place]), own);
}
