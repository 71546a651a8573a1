import type { Resource, StackDocument } from "../document.ts";
import { parseKeyedLines, parseKeyedYaml } from "../files/keyed.ts";
import { filesWith, isProvided } from "./deliveries.ts";
import { commandOf, variablesOf } from "./environment.ts";
import { parseOnce, TextIsUnknown } from "./parsed-files.ts";
import type { Stated } from "./program-settings.ts";
import { remembered } from "./remembered.ts";

/** A setting of Traefik by its name in lower case, `providers.docker.exposedbydefault`. */
export interface TraefikSetting extends Stated {
  readonly name: string;
}

/** Where Traefik looks for its file where it is told no other place. */
const PATHS = ["yml", "yaml", "toml"].flatMap((ending) => [
  `/etc/traefik/traefik.${ending}`,
  `/traefik.${ending}`,
]);

/**
 * What Traefik is started with. It takes its file, or else its arguments, or else its variables; a stack that gives it
 * more than one means all of them.
 *
 * @throws TextIsUnknown where it is given a file whose text is not at hand
 */
export const traefikSettings = remembered(
  (resource: Resource, stack: StackDocument): readonly TraefikSetting[] => [
    ...inCommand(resource),
    ...variablesOf(resource).flatMap(({ name, value }) => {
      const [, rest] = /^TRAEFIK_(.+)$/.exec(name) ?? [];
      return rest === undefined
        ? []
        : [{ name: rest.replaceAll("_", ".").toLowerCase(), value, place: name }];
    }),
    ...inFiles(resource, stack),
  ],
);

/** The first of these names that is set; undefined if none is. */
export const traefikSetting = (
  resource: Resource,
  stack: StackDocument,
  ...names: readonly string[]
): Stated | undefined => traefikSettings(resource, stack).find(({ name }) => names.includes(name));

const inCommand = (resource: Resource): readonly TraefikSetting[] =>
  commandOf(resource).flatMap((word) => {
    const [, name, value = "true"] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    return name === undefined ? [] : [{ name: name.toLowerCase(), value, place: `--${name}` }];
  });

function inFiles(resource: Resource, stack: StackDocument): readonly TraefikSetting[] {
  const files = filesWith(resource, "traefik", stack);
  const own = inCommand(resource).find(({ name }) => name === "configfile")?.value;
  const given = own !== undefined && !PATHS.includes(own) ? own : undefined;
  const missing =
    given ?? (files.length === 0 ? PATHS.find((path) => isProvided(path, resource, stack)) : undefined);
  if (missing !== undefined) throw new TextIsUnknown(`${missing}: its text is not known here`);
  return files.flatMap((file) => {
    const path = String(file.block.file);
    const parse = path.endsWith(".toml") ? parseKeyedLines : parseKeyedYaml;
    return [...parseOnce(file, parse)].map(([name, value]) => ({ name, value, place: `${name} in ${path}` }));
  });
}
