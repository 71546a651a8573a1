import { duration } from "../../runners/settings/durations.ts";
import { VERSION_VARIABLE } from "../../runners/swarm/names.ts";
import type { Yaml } from "./guarantees.ts";

const MEBIBYTE = 1_048_576;
const BILLION = 1e9;

/** The blocks and attributes of a `docker_service` in which guarantees are. */
interface ServiceBlock {
  readonly depends_on?: readonly string[];
  readonly task_spec: {
    readonly container_spec: Readonly<Record<string, unknown>> & {
      readonly env?: Readonly<Record<string, string>>;
      readonly mounts?: readonly MountBlock[];
      readonly configs?: readonly FileBlock[];
      readonly secrets?: readonly FileBlock[];
    };
    readonly resources: {
      readonly limits: { readonly memory_bytes?: number; readonly nano_cpus?: number };
    };
    readonly restart_policy: { readonly condition: string };
    readonly placement?: object;
    readonly log_driver: { readonly name?: string; readonly options?: object };
    readonly networks_advanced: readonly { readonly id: string }[];
  };
  readonly endpoint_spec: {
    readonly ports: readonly {
      readonly published_port: number;
      readonly protocol: string;
      readonly publish_mode: string;
    }[];
  };
}

interface MountBlock {
  readonly type: string;
  readonly target: string;
  readonly source?: string;
  readonly read_only?: boolean;
  readonly tmpfs_options?: { readonly size_bytes?: number };
}

interface FileBlock {
  readonly file_name: string;
  readonly file_uid: string;
  readonly file_mode: number;
}

/** The services of a main.tf.json for a swarm, by role. */
export const serviceBlocks = (document: unknown): Readonly<Record<string, ServiceBlock>> =>
  (
    document as {
      readonly resource: { readonly docker_service: Readonly<Record<string, ServiceBlock>> };
    }
  ).resource.docker_service;

/** A `docker_service` in the words of a stack file, so that one question suits both. It has only what the block says. */
export function readBack({ task_spec, endpoint_spec }: ServiceBlock): Yaml {
  const { container_spec: said, resources, restart_policy, placement, log_driver } = task_spec;
  const { memory_bytes, nano_cpus } = resources.limits;
  return {
    ...{ read_only: said.read_only, cap_add: said.cap_add, cap_drop: said.cap_drop, user: said.user },
    ...{ init: said.init, healthcheck: asStackText(said.healthcheck) },
    ...{ stop_signal: said.stop_signal, stop_grace_period: duration(said.stop_grace_period) },
    environment: Object.entries(said.env ?? {})
      .filter(([name]) => name !== VERSION_VARIABLE)
      .map(([name, value]) => `${name}=${value}`),
    volumes: (said.mounts ?? []).map(({ type, target, source, read_only, tmpfs_options }) => ({
      ...{ type, target, source, read_only },
      ...(tmpfs_options === undefined ? {} : { tmpfs: { size: tmpfs_options.size_bytes } }),
    })),
    configs: (said.configs ?? []).map(file),
    secrets: (said.secrets ?? []).map(file),
    networks: Object.fromEntries(
      task_spec.networks_advanced.map(({ id }) => [/docker_network\.([^.]+)\./.exec(id)?.[1] ?? id, {}]),
    ),
    ports: endpoint_spec.ports.map(({ published_port, protocol, publish_mode }) => ({
      ...{ published: published_port, protocol, mode: publish_mode },
    })),
    logging: { driver: log_driver.name, options: log_driver.options },
    deploy: {
      ...{ restart_policy, placement },
      resources: {
        limits: {
          ...(memory_bytes === undefined ? {} : { memory: `${memory_bytes / MEBIBYTE}M` }),
          ...(nano_cpus === undefined ? {} : { cpus: nano_cpus / BILLION }),
        },
      },
    },
  };
}

const file = ({ file_name, file_uid, file_mode }: FileBlock) => ({
  ...{ target: file_name, uid: file_uid, mode: file_mode },
});

/** Terraform doubles what opens a template, and a stack file each dollar sign. */
function asStackText(value: unknown): unknown {
  if (typeof value === "string")
    return value.replaceAll("$${", "${").replaceAll("%%{", "%{").replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(asStackText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asStackText(inner)]));
}

/** Whom a service waits for in the graph, over as many others as there are. */
export function afterInGraph(
  role: string,
  blocks: Readonly<Record<string, ServiceBlock>>,
): readonly string[] {
  const direct = (blocks[role]?.depends_on ?? []).map((address) => address.split(".")[1] as string);
  return [...new Set(direct.flatMap((one) => [one, ...afterInGraph(one, blocks)]))];
}
