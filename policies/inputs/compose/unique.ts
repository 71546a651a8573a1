import { isBlock } from "../../values.ts";
import { mapped, type Path, type Rules, ruleAt } from "./tree.ts";
import { parseVolume } from "./volume-text.ts";

/** The key that tells two entries of a list apart; undefined for an entry that cannot be read, which stays. */
type Identity = (entry: unknown) => string | undefined;

const keyOf: Identity = (entry) => (typeof entry === "string" ? entry.split("=", 1)[0] : undefined);
const textOf: Identity = (entry) => (isBlock(entry) ? undefined : String(entry));
const mountPoint: Identity = (entry) =>
  typeof entry === "string"
    ? text(parseVolume(entry)?.target)
    : isBlock(entry)
      ? text(entry.target)
      : undefined;
const deviceTarget: Identity = (entry) =>
  typeof entry === "string"
    ? (entry.split(":")[1] ?? entry)
    : isBlock(entry)
      ? text(entry.target)
      : undefined;
const path: Identity = (entry) => (isBlock(entry) ? text(entry.path) : textOf(entry));

const fileTarget =
  (folder: string): Identity =>
  (entry) =>
    isBlock(entry) ? (text(entry.target) ?? `${folder}/${entry.source}`) : `${folder}/${entry}`;

/** A port in either form; short ones are told apart again once they are long. */
const port: Identity = (entry) =>
  isBlock(entry)
    ? `${entry.host_ip ?? "0.0.0.0"}:${entry.published}:${entry.target}/${entry.protocol ?? "tcp"}`
    : textOf(entry);

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const IDENTITIES: Rules<Identity> = [
  ["networks.*.labels", keyOf],
  ["networks.*.ipam.options", keyOf],
  ["services.*.annotations", keyOf],
  ["services.*.build.args", keyOf],
  ["services.*.build.additional_contexts", keyOf],
  ["services.*.build.tags", keyOf],
  ["services.*.build.labels", keyOf],
  ["services.*.cap_add", keyOf],
  ["services.*.cap_drop", keyOf],
  ["services.*.configs", fileTarget("")],
  ["services.*.deploy.labels", keyOf],
  ["services.*.devices", deviceTarget],
  ["services.*.dns", keyOf],
  ["services.*.dns_opt", keyOf],
  ["services.*.dns_search", keyOf],
  ["services.*.environment", keyOf],
  ["services.*.env_file", path],
  ["services.*.expose", textOf],
  ["services.*.labels", keyOf],
  ["services.*.links", keyOf],
  ["services.*.networks.*.aliases", keyOf],
  ["services.*.networks.*.link_local_ips", keyOf],
  ["services.*.ports", port],
  ["services.*.profiles", keyOf],
  ["services.*.secrets", fileTarget("/run/secrets")],
  ["services.*.sysctls", keyOf],
  ["services.*.tmpfs", keyOf],
  ["services.*.volumes", mountPoint],
];

/** Of entries that stand for one thing, the last, at the place of the first. */
export function unique(value: unknown, at: Path = []): unknown {
  const identity = ruleAt(IDENTITIES, at);
  if (identity !== undefined && Array.isArray(value)) {
    const entries = new Map(value.map((entry) => [identity(entry) ?? entry, entry]));
    return [...entries.values()];
  }
  return isBlock(value) ? mapped(value, (inner, key) => unique(inner, [...at, key])) : value;
}
