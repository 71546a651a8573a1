import { COMPOSE_LABEL, LABEL, roleOf } from "../../core/labels.ts";
import type { ContainerState } from "../docker/observe.ts";
import type { ContainerSpec } from "../stack.ts";
import { at, unordered } from "./attribute.ts";
import { flat, type Settings } from "./settings.ts";

/** Declared and real values of a container, of the attributes that name other resources or its labels. */
interface Both {
  readonly declared: Settings;
  readonly found: Settings;
}

const NETWORKS = "networks_advanced";

/** Of a container without networks of its own the mode says everything. */
export function networks(spec: ContainerSpec, state: ContainerState): Both {
  if (spec.block.network_mode !== undefined) return { declared: {}, found: {} };
  const joined = state.NetworkSettings.Networks;
  const both = spec.networks.filter(({ name }) => joined[name] !== undefined);
  return {
    declared: {
      ...flat(NETWORKS, unordered(spec.networks.map(({ name }) => name))),
      ...flat(
        NETWORKS,
        Object.fromEntries(
          both.map(({ name, aliases, address }) => [
            name,
            { aliases: unordered(aliases), ipv4_address: address },
          ]),
        ),
      ),
    },
    found: {
      ...flat(NETWORKS, unordered(Object.keys(joined))),
      ...flat(
        NETWORKS,
        Object.fromEntries(
          both.map(({ name, aliases }) => [
            name,
            {
              aliases: unordered(added(joined[name]?.Aliases, aliases, state, spec)),
              ipv4_address: at(joined[name]?.IPAMConfig, "IPv4Address"),
            },
          ]),
        ),
      ),
    },
  };
}

/** Aliases without those that the engine and compose give to every container: its short id, its name and its role. */
const added = (
  found: readonly string[] | null | undefined,
  declared: readonly string[],
  { Id, Name }: ContainerState,
  spec: ContainerSpec,
) =>
  (found ?? []).filter(
    (alias) => declared.includes(alias) || ![Id.slice(0, 12), Name.slice(1), roleOf(spec)].includes(alias),
  );

interface Mount {
  readonly Type: string;
  readonly Name?: string;
  readonly Source: string;
  readonly Destination: string;
  readonly RW: boolean;
}

/** A volume without a name holds what an image writes to and nobody declares; memory is compared as `tmpfs`. */
const isNobodys = ({ Type, Name = "" }: Mount) =>
  Type === "tmpfs" || (Type === "volume" && /^[0-9a-f]{64}$/.test(Name));

export const volumes = (spec: ContainerSpec, state: ContainerState): Both => ({
  declared: flat(
    "volumes",
    Object.fromEntries(spec.volumes.map(({ name, path, readOnly }) => [path, mode(name, !readOnly)])),
  ),
  found: flat(
    "volumes",
    Object.fromEntries(
      ((at(state, "Mounts") ?? []) as readonly Mount[])
        .filter((mount) => !isNobodys(mount))
        .map(({ Name, Source, Destination, RW }) => [Destination, mode(Name ?? Source, RW)]),
    ),
  ),
});

const mode = (name: string, writable: boolean) => `${name}:${writable ? "rw" : "ro"}`;

/** By these either runner takes a container of the other over. */
const TAKEN_OVER_BY: readonly string[] = [
  ...[COMPOSE_LABEL.project, COMPOSE_LABEL.service, COMPOSE_LABEL.number, COMPOSE_LABEL.oneOff],
];

/** Labels that a runner gives to all it makes, and the hash of files, which `labels` says in words of its own. */
const isRunners = (label: string) =>
  label === LABEL.spec || (label.startsWith("com.docker.compose.") && !TAKEN_OVER_BY.includes(label));

/** @param ofImage labels of the image, which each of its containers has */
export function labels(
  spec: ContainerSpec,
  { Config }: ContainerState,
  ofImage: Readonly<Record<string, string>> | null = null,
): Both {
  const compared = (labels: Readonly<Record<string, string>> | null) => {
    const { [LABEL.configHash]: files, ...rest } = labels ?? {};
    const own = Object.entries(rest).filter(([label]) => !isRunners(label));
    return { ...flat("files", files), ...flat("labels", Object.fromEntries(own)) };
  };
  return { declared: compared({ ...ofImage, ...spec.labels }), found: compared(Config.Labels) };
}

/** Compose applies the label; the provider has no such attribute. Who made a container shows in compose's own hash. */
export function pidsLimit({ labels }: ContainerSpec, { Config, HostConfig }: ContainerState): Both {
  const isComposes = (Config.Labels?.[COMPOSE_LABEL.hash] ?? "none") !== "none";
  const found = Number(at(HostConfig, "PidsLimit") ?? 0);
  return {
    declared: isComposes ? flat("pids_limit", labels[LABEL.pidsLimit]) : {},
    found: flat("pids_limit", Math.max(0, found)),
  };
}
