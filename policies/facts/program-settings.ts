import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { type Keyed, parseKeyedLines, parseKeyedYaml } from "../files/keyed.ts";
import { filesWith, isProvided } from "./deliveries.ts";
import { commandOf, variableOf } from "./environment.ts";
import { parseOnce, TextIsUnknown } from "./parsed-files.ts";

/** A setting of a program, and what says it. */
export interface Stated {
  /** Undefined where it is known only where it runs. */
  readonly value: string | undefined;

  /** The variable, the argument or the file. */
  readonly place: string;
}

/** Where a program has its settings in a file: the kind of the file, and the path at which it looks for it. */
export interface SettingsFile {
  readonly kind: string;
  readonly path: string;
}

/**
 * The settings that stand in the file of a program; none where it has that of its image.
 *
 * @throws TextIsUnknown where it is given one whose text is not at hand
 */
export function settingsIn({ kind, path }: SettingsFile, resource: Resource, stack: StackDocument): Keyed {
  const files = filesWith(resource, kind, stack);
  if (files.length === 0 && isProvided(path, resource, stack))
    throw new TextIsUnknown(`${path}: its text is not known here`);
  return new Map(
    files.flatMap((file) => [
      ...(/\.ya?ml$|mongod/.test(String(file.block.file))
        ? parseOnce(file, parseKeyedYaml)
        : parseOnce(file, parseKeyedLines)),
    ]),
  );
}

/** The first of these variables that is set, and not to nothing. */
export function byVariable(resource: Resource, ...names: readonly string[]): Stated | undefined {
  const set = names.flatMap((name) => variableOf(resource, name) ?? []).find(({ value }) => value !== "");
  return set && { value: set.value, place: set.name };
}

/** An option of the command, with its value or without one; its case says nothing. */
export function byOption(resource: Resource, ...names: readonly string[]): Stated | undefined {
  const words = commandOf(resource);
  for (const word of words) {
    const [, option = "", given] = /^--?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (names.some((name) => name.toLowerCase() === option.toLowerCase()))
      return { value: given ?? "true", place: word.replace(/=.*$/s, "") };
  }
  return undefined;
}

/** The same of a file. */
export function byFile(settings: Keyed, name: string, { path }: SettingsFile): Stated | undefined {
  const value = settings.get(name);
  return value === undefined ? undefined : { value, place: `${name} in ${path}` };
}

/**
 * Evidence about a setting that must not be what it may be; none where it is not stated.
 *
 * @param isBad judges the value
 * @param words what is wrong, behind the place of the setting
 */
export function whereBad(
  stated: Stated | undefined,
  isBad: (value: string) => boolean,
  words: string,
): readonly Evidence[] {
  if (stated === undefined) return [];
  const { value, place } = stated;
  if (value === undefined) return [unknown(`${place} is known only at apply`)];
  return isBad(value) ? [`${place} ${words}`] : [];
}
