import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Block, isBlock } from "../../values.ts";

/** Names under which Compose finds a project, in its order. */
export const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/** Names of the file that it lays over a project that it has found itself, in its order. */
const OVERRIDES = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

/** The files of a project that is called by one of them: Compose takes up an override by itself. */
export function filesOf(file: string): readonly string[] {
  if (!COMPOSE_FILES.includes(basename(file))) return [file];
  const override = OVERRIDES.map((name) => join(dirname(file), name)).find((path) => existsSync(path));
  return override === undefined ? [file] : [file, override];
}

/** Whether a file is only ever laid over another, by its name. */
export const isOverride = (file: string): boolean => OVERRIDES.includes(basename(file));

const SECTIONS = ["include", "services", "networks", "volumes", "configs", "secrets", "models"];
const KEYS = new Set([...SECTIONS, "name", "version"]);

/** Whether parsed YAML is a compose file. */
export const isCompose = (value: unknown): value is Block =>
  isBlock(value) &&
  (isBlock(value.services) ||
    (SECTIONS.some((section) => section in value) &&
      Object.keys(value).every((key) => KEYS.has(key) || key.startsWith("x-"))));

/** Whether services are such as Compose knows: other programs have files with `services` too. */
export const hasServices = (value: unknown): boolean => isCompose(value) && services(value).some(canRun);

/** Whether each of its services can run without another file under it. */
export const standsAlone = (value: unknown): boolean =>
  isCompose(value) && (value.include !== undefined || services(value).every(canRun));

const services = (value: Block): readonly unknown[] =>
  Object.values(isBlock(value.services) ? value.services : {});

const canRun = (service: unknown): boolean =>
  isBlock(service) && ["image", "build", "extends", "provider"].some((key) => key in service);
