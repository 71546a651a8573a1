import { isConfidential, withoutUserInfo } from "../../core/confidential.ts";

/**
 * The settings of a resource by name, as text: `memory` is `256`, `env.DATABASE_HOST` is `postgres`. A setting that is
 * off, empty or zero is left out, since the provider and the engine write "nothing" in many ways.
 */
export type Settings = Readonly<Record<string, string>>;

/** One setting that is not as declared. */
export interface Change {
  /** As the provider calls it, with the key below it where it has some: `memory`, `env.DATABASE_HOST`. */
  readonly setting: string;

  /** As the configuration has it; absent where it has none. */
  readonly declared?: string;

  /** As it runs; absent where it runs without. */
  readonly found?: string;
}

/** A value of any depth as settings; an array is one setting, in its order. */
export function flat(name: string, value: unknown): Settings {
  if (value === undefined || value === null || value === "" || value === false || value === 0) return {};
  if (Array.isArray(value)) return value.length === 0 ? {} : { [name]: JSON.stringify(value) };
  if (typeof value !== "object") return { [name]: String(value) };
  return Object.assign({}, ...Object.entries(value).map(([key, inner]) => flat(`${name}.${key}`, inner)));
}

/** The differences between two sets of settings, by name. */
export function changesBetween(declared: Settings, found: Settings): readonly Change[] {
  const names = [...new Set([...Object.keys(declared), ...Object.keys(found)])].sort();
  return names
    .filter((name) => declared[name] !== found[name])
    .map((setting) => ({
      setting,
      ...shown("declared", setting, declared[setting]),
      ...shown("found", setting, found[setting]),
    }));
}

/** Anyone who reads an output or a log learns that a secret differs, and nothing of it. */
function shown(key: "declared" | "found", setting: string, value: string | undefined) {
  if (value === undefined) return {};
  return { [key]: isConfidential(setting) ? "[redacted]" : withoutUserInfo(value) };
}
