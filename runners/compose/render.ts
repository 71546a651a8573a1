import { composeProject, LABEL, roleOf } from "../../core/labels.ts";
import type { ContainerSpec, NetworkSpec, Stack } from "../stack.ts";
import { composeYaml, defined } from "./yaml.ts";

/** Where the files of a container lie, and where it looks for them. */
type FilesOf = (container: ContainerSpec) => readonly { readonly source: string; readonly target: string }[];

/** Compose passes over it; anyone who judges the file sees what the container is given. */
const listed = (files: ReturnType<FilesOf>) => (files.length === 0 ? {} : { "x-exploreiot-files": files });

/**
 * The stack as a compose file: the same containers. The files that jobs hand over are in none of it: they are copied
 * into the created containers before the start (`handOver` here, start.sh in a rendered folder).
 */
export function composeFile(stack: Stack, filesOf?: FilesOf, facts?: object): string {
  const document = {
    name: composeProject(stack.name),
    ...(facts === undefined ? {} : { "x-exploreiot": facts }),
    services: Object.fromEntries(
      stack.containers.map((container) => [
        roleOf(container),
        { ...service(container, stack), ...listed(filesOf?.(container) ?? []) },
      ]),
    ),
    networks: Object.fromEntries(stack.networks.map((network) => [network.name, networkSection(network)])),
    volumes: Object.fromEntries(stack.volumes.map(({ name, more }) => [name, { name, ...more }])),
  };
  return composeYaml(document);
}

function service(container: ContainerSpec, stack: Stack) {
  const { block, labels } = container;
  return defined({
    container_name: container.name,
    image: container.image,
    // The kit made the image, or pulled it by what the deployment says: nobody else's image of that name is taken.
    pull_policy: "never",
    entrypoint: block.entrypoint,
    command: block.command,
    user: block.user,
    group_add: block.group_add,
    environment: block.env,
    read_only: block.read_only,
    init: block.init,
    mem_limit: mebibytes(block.memory),
    memswap_limit: mebibytes(block.memory_swap),
    cpus: block.cpus === undefined ? undefined : Number(block.cpus),
    cpu_shares: block.cpu_shares,
    pids_limit: Number(labels[LABEL.pidsLimit]),
    ulimits: Object.fromEntries((block.ulimit ?? []).map(({ name, soft, hard }) => [name, { soft, hard }])),
    cap_add: block.capabilities?.add,
    cap_drop: block.capabilities?.drop,
    security_opt: block.security_opts,
    tmpfs: Object.entries(block.tmpfs ?? {}).map(([path, options]) => `${path}:${options}`),
    volumes: container.volumes.map(({ name, path, readOnly }) => `${name}:${path}:${readOnly ? "ro" : "rw"}`),
    network_mode: block.network_mode,
    networks: networks(container),
    ports: block.ports?.map(({ internal, external, ip, protocol }) => ({
      target: internal,
      published: String(external),
      host_ip: ip,
      protocol,
      mode: "host",
    })),
    healthcheck: block.healthcheck,
    restart: block.restart,
    stop_signal: block.stop_signal,
    stop_grace_period: block.stop_timeout === undefined ? undefined : `${block.stop_timeout}s`,
    logging: { driver: block.log_driver, options: block.log_opts },
    labels: withoutComposes(labels),
    depends_on: Object.fromEntries(container.dependsOn.map((name) => dependency(name, stack))),
  });
}

const mebibytes = (size: number | undefined) => (size === undefined ? undefined : `${size}m`);

/** A container on no network says `network_mode: none`; compose refuses both fields together. */
function networks({ networks, block }: ContainerSpec) {
  if (block.network_mode !== undefined) return undefined;
  return Object.fromEntries(
    networks.map(({ name, aliases, address }) => [name, defined({ aliases, ipv4_address: address })]),
  );
}

/** Compose gives its own to everything that it makes, and takes none from others. */
const withoutComposes = (labels: ContainerSpec["labels"]): ContainerSpec["labels"] =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith("com.docker.compose.")));

function dependency(name: string, stack: Stack) {
  const other = stack.containers.find((container) => container.name === name);
  if (other === undefined) throw new Error(`${name}: depended on, but not in the stack`);
  return [roleOf(other), { condition: other.job ? "service_completed_successfully" : "service_healthy" }];
}

function networkSection({ name, internal, ipv6, subnets, options }: NetworkSpec) {
  return defined({
    name,
    driver: "bridge",
    driver_opts: options,
    internal: internal || undefined,
    enable_ipv6: ipv6 || undefined,
    ipam: subnets.length === 0 ? undefined : { config: subnets },
  });
}
