import { type Block, isBlock } from "../../values.ts";
import { sequence } from "./merge.ts";
import { longPorts } from "./port-text.ts";
import { mapped, type Rules, transformed } from "./tree.ts";
import { clean, parseVolume } from "./volume-text.ts";

type Change = (value: unknown) => unknown;

/** Changes texts; everything else stays. */
const fromText =
  (change: (text: string) => unknown): Change =>
  (value) =>
    typeof value === "string" ? change(value) : value;

const fromList =
  (change: (list: readonly unknown[]) => unknown): Change =>
  (value) =>
    Array.isArray(value) ? change(value) : value;

const listed = fromText((text) => [text]);
const toSource = fromText((source) => ({ source }));
const toNames = fromList((names) => Object.fromEntries(names.map((name) => [String(name), null])));

const build: Change = (value) => (typeof value === "string" ? { context: value } : transformed(value, BUILD));

const dependsOn: Change = (value) =>
  Array.isArray(value)
    ? Object.fromEntries(value.map((name) => [String(name), STARTED]))
    : isBlock(value)
      ? mapped(value, (edge) => (isBlock(edge) ? { ...STARTED, ...edge } : edge))
      : value;

const STARTED = { condition: "service_started", required: true };

const envFile = (value: unknown): unknown => {
  if (typeof value !== "string" && !Array.isArray(value) && !isBlock(value)) return value;
  return (Array.isArray(value) ? value : [value]).map((entry) =>
    typeof entry === "string"
      ? { path: entry, required: true }
      : isBlock(entry)
        ? { required: true, ...entry }
        : entry,
  );
};

const device = fromText((text) => {
  const [source = "", target, permissions = "rwm"] = text.split(":");
  return { source, target: target || source, permissions };
});

/** `external: {name: x}` is the older form of `external: true` with a name. */
const maybeExternal: Change = (value) =>
  isBlock(value) && isBlock(value.external) ? { name: value.external.name, ...value, external: true } : value;

const pairs = fromList((list) =>
  Object.fromEntries(list.map((entry) => /^([^=]*)=?([\s\S]*)$/.exec(String(entry))?.slice(1) ?? [])),
);

const keys = fromList((list) =>
  Object.fromEntries(
    list.map((entry) => {
      const [id = "", ...path] = String(entry).split("=");
      return [id, path.length === 0 ? null : path.join("=")];
    }),
  ),
);

const BUILD: Rules<Change> = [
  ["no_cache_filter", listed],
  ["secrets.[]", toSource],
  ["additional_contexts", pairs],
  ["ssh", keys],
];

/** Short forms, and the long ones that they stand for. */
const LONG_FORMS: Rules<Change> = [
  ["services.*.build", build],
  ["services.*.depends_on", dependsOn],
  ["services.*.env_file", envFile],
  ["services.*.label_file", listed],
  ["services.*.gpus", fromText(() => [{ count: -1 }])],
  ["services.*.networks", toNames],
  ["services.*.models", toNames],
  ["services.*.volumes.[]", fromText((text) => parseVolume(text) ?? text)],
  ["services.*.dns", listed],
  ["services.*.dns_search", listed],
  ["services.*.tmpfs", listed],
  ["services.*.devices.[]", device],
  ["services.*.secrets.[]", toSource],
  ["services.*.configs.[]", toSource],
  ["services.*.ports", fromList((list) => list.flatMap(longPorts))],
  ["services.*.develop.watch.[].ignore", listed],
  ["services.*.develop.watch.[].include", listed],
  ["volumes.*", maybeExternal],
  ["networks.*", maybeExternal],
  ["secrets.*", maybeExternal],
  ["configs.*", maybeExternal],
];

/** Brings every short form into the long one. */
export const canonical = (value: Block): Block => transformed(value, LONG_FORMS) as Block;

const count: Change = (value) =>
  isBlock(value) && value.count === undefined && value.device_ids === undefined
    ? { ...value, count: -1 }
    : value;

const cleanTarget: Change = (value) =>
  isBlock(value) && typeof value.target === "string" ? { ...value, target: clean(value.target) } : value;

const fullBuild: Change = (value) =>
  isBlock(value)
    ? {
        context: ".",
        ...(value.dockerfile_inline === undefined ? { dockerfile: "Dockerfile" } : {}),
        ...value,
      }
    : value;

/** What Compose adds where nothing is said. */
const DEFAULTS: Rules<Change> = [
  ["services.*.build", fullBuild],
  [
    "services.*.secrets.[]",
    (value) => (isBlock(value) ? { target: `/run/secrets/${value.source}`, ...value } : value),
  ],
  [
    "services.*.ports.[]",
    (value) => (isBlock(value) ? { mode: "ingress", protocol: "tcp", ...value } : value),
  ],
  ["services.*.volumes.[]", cleanTarget],
  ["services.*.deploy.resources.reservations.devices.[]", count],
  ["services.*.gpus.[]", count],
];

export const withDefaults = (value: Block): Block => transformed(value, DEFAULTS) as Block;

export const isScalar = (value: unknown) => ["string", "number", "boolean", "bigint"].includes(typeof value);

/** A mapping or a list with nothing below it but scalars. */
export const isFlat = (given: unknown): given is object =>
  (isBlock(given) || Array.isArray(given)) &&
  Object.values(given).every((inner) => inner === null || isScalar(inner));

/** A mapping of texts by name, from the list of `KEY=value` that Compose takes as well; null for a key without a value. */
export function mapping(value: unknown): Readonly<Record<string, string | null>> {
  const pairs = sequence(value).map((entry): readonly [string, string | null] => {
    const [, key = "", text = null] = /^([^=]*)(?:=([\s\S]*))?$/.exec(String(entry)) ?? [];
    return [key, text];
  });
  return Object.fromEntries(pairs.sort(([one], [other]) => (one < other ? -1 : 1)));
}
