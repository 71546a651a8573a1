import type { Change } from "../../runners/settings/settings.ts";
import type { ContainerSpec } from "../../runners/stack.ts";

/** Settings for a runner's work with a container, which nobody can see on it. */
const NOT_OF_THE_CONTAINER = /^block\.(attach|logs|wait|wait_timeout|destroy_grace_seconds|lifecycle)\b/;

/** Settings that are compared elsewhere, or are none: see drift.test.ts and delivered-files.test.ts. */
const ELSEWHERE = /^(name|image|job|dependsOn|uploads|limitsAt|versioned)\b/;

/** Compose writes a hash of its own there. */
const THE_RUNNERS = "labels.com.docker.compose.config-hash";

type Path = readonly (string | number)[];

/** Every value in a tree, and every list that is empty, by its path. */
function leaves(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const entries = Array.isArray(value)
    ? value.map((inner, index) => [index, inner] as const)
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** The tree with the value at a path made another one of its kind. */
function changed<T>(tree: T, [key, ...rest]: Path): T {
  if (key === undefined) return other(tree) as T;
  const copy = (Array.isArray(tree) ? [...tree] : { ...tree }) as Record<string | number, unknown>;
  copy[key] = changed(copy[key], rest);
  return copy as T;
}

function other(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  return typeof value === "string" && /^\d/.test(value) ? `9${value}` : `${value}-other`;
}

/** As the provider calls it. */
const settingOf = ([section, name]: Path): string =>
  ({ networks: "networks_advanced", volumes: "volumes", labels: "labels" })[String(section)] ?? String(name);

interface Tried {
  readonly count: number;

  /** `container: path` of each change that was not seen, or seen as another setting. */
  readonly unseen: readonly string[];
}

/** Changes each value that a container declares in turn, and asks whether the comparison sees it. */
export function unseenChanges(
  spec: ContainerSpec,
  compare: (changed: ContainerSpec) => readonly Change[],
): Tried {
  const tried = leaves(spec)
    .map((path) => ({ path, at: path.join(".") }))
    .filter(({ at }) => !ELSEWHERE.test(at) && !NOT_OF_THE_CONTAINER.test(at) && at !== THE_RUNNERS);
  const unseen = tried.filter(({ path }) => {
    const wanted = path.at(-1) === "exploreiot.config-hash" ? "files" : settingOf(path);
    return !compare(changed(spec, path)).some(
      ({ setting }) => setting === wanted || setting.startsWith(`${wanted}.`),
    );
  });
  return { count: tried.length, unseen: unseen.map(({ at }) => `${spec.name}: ${at}`) };
}
