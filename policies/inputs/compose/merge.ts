import { isBlock } from "../../values.ts";
import { type Path, type Rules, ruleAt } from "./tree.ts";

type Merge = (base: unknown, over: unknown, path: Path) => unknown;

/** The value of a later file counts alone. */
const replace: Merge = (_, over) => over;

/** Lists and mappings of `KEY=value`, mixed: both become one list, in which the later of two counts (`unique.ts`). */
const join: Merge = (base, over) => [...sequence(base), ...sequence(over)];

const joinNew: Merge = (base, over) => {
  const before = sequence(base);
  return [...before, ...sequence(over).filter((entry) => !before.includes(entry))];
};

const byName =
  (value: () => unknown): Merge =>
  (base, over, path) =>
    mappings(named(base, value), named(over, value), path);

const started = () => ({ condition: "service_started", required: true });

const build: Merge = (base, over, path) => mappings(withContext(base), withContext(over), path);

/** Options of another driver mean something else. */
const logging: Merge = (base, over, path) => {
  if (!isBlock(base) || !isBlock(over)) return over ?? base;
  const isOther = over.driver !== undefined && base.driver !== undefined && base.driver !== over.driver;
  return isOther ? over : mappings(base, over, path);
};

/** Pools of addresses are told apart by their subnets. */
const pools: Merge = (base, over, path) => {
  const merged = new Map(list(base).map((pool) => [isBlock(pool) ? pool.subnet : pool, pool]));
  for (const pool of list(over)) {
    const subnet = isBlock(pool) ? pool.subnet : pool;
    merged.set(subnet, merge(merged.get(subnet) ?? {}, pool, [...path, "[]"]));
  }
  return [...merged.values()];
};

/** Where merging is more than laying mappings over each other and making lists longer. */
const SPECIAL: Rules<Merge> = [
  ["networks.*.ipam.config", pools],
  ["networks.*.labels", join],
  ["volumes.*.labels", join],
  ["services.*.annotations", join],
  ["services.*.build", build],
  ["services.*.build.args", join],
  ["services.*.build.additional_contexts", join],
  ["services.*.build.extra_hosts", joinNew],
  ["services.*.build.labels", join],
  ["services.*.command", replace],
  ["services.*.depends_on", byName(started)],
  ["services.*.deploy.labels", join],
  ["services.*.dns", join],
  ["services.*.dns_opt", join],
  ["services.*.dns_search", join],
  ["services.*.entrypoint", replace],
  ["services.*.env_file", join],
  ["services.*.label_file", join],
  ["services.*.environment", join],
  ["services.*.extra_hosts", joinNew],
  ["services.*.healthcheck.test", replace],
  ["services.*.labels", join],
  ["services.*.logging", logging],
  ["services.*.models", byName(() => null)],
  ["services.*.networks", byName(() => null)],
  ["services.*.sysctls", join],
  ["services.*.tmpfs", join],
  ["services.*.ulimits.*", replace],
];

/**
 * Lays one value over another as Compose does.
 *
 * @throws Error if the two are of different kinds
 * @see https://docs.docker.com/reference/compose-file/merge/
 */
export function merge(base: unknown, over: unknown, path: Path = []): unknown {
  const special = ruleAt(SPECIAL, path);
  if (special !== undefined) return special(base, over, path);
  if (over === null || over === undefined) return base;
  if (isBlock(base) && isBlock(over)) return mappings(base, over, path);
  if (Array.isArray(base) && Array.isArray(over)) return [...base, ...over];
  if (isBlock(base) || Array.isArray(base))
    throw new Error(
      `${path.join(".")} is a ${isBlock(base) ? "mapping" : "list"} in one place and none in another`,
    );
  return over;
}

function mappings(base: unknown, over: unknown, path: Path): Record<string, unknown> {
  const merged = new Map(isBlock(base) ? Object.entries(base) : []);
  for (const [key, value] of isBlock(over) ? Object.entries(over) : [])
    merged.set(key, merged.has(key) ? merge(merged.get(key), value, [...path, key]) : value);
  return Object.fromEntries(merged);
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `KEY=value` for each entry of a mapping, in the order of their texts; a list as it is. */
export function sequence(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isBlock(value)) return typeof value === "string" ? [value] : [];
  return Object.entries(value)
    .flatMap(([key, inner]) =>
      inner === null ? [key] : (Array.isArray(inner) ? inner : [inner]).map((one) => `${key}=${String(one)}`),
    )
    .sort();
}

const named = (value: unknown, make: () => unknown): unknown =>
  Array.isArray(value) ? Object.fromEntries(value.map((name) => [String(name), make()])) : value;

const withContext = (value: unknown): unknown => (typeof value === "string" ? { context: value } : value);
