import type { ContainerBlock } from "../stack-json.ts";
import { type Attributes, at, host, listed, unordered, upToEngine } from "./attribute.ts";

interface HostEntry {
  readonly host: string;
  readonly ip: string;
}

interface Device {
  readonly host_path: string;
  readonly container_path?: string;
  readonly permissions?: string;
}

interface InspectedDevice {
  readonly PathOnHost: string;
  readonly PathInContainer: string;
  readonly CgroupPermissions: string;
}

/** The ways from a container, and to it; its named networks and volumes are in `attachments.ts`. */
export const SURROUNDINGS: Attributes = {
  ports: {
    declared: (ports: NonNullable<ContainerBlock["ports"]>) =>
      unordered(
        ports.map(({ internal, external, ip, protocol }) => `${ip}:${external}->${internal}/${protocol}`),
      ),
    found: ({ HostConfig }) =>
      unordered(
        Object.entries(HostConfig.PortBindings ?? {}).flatMap(([inside, bindings]) =>
          bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}->${inside}`),
        ),
      ),
  },
  publish_all_ports: host("PublishAllPorts"),
  // Of a container on networks the two runners keep different words; the networks themselves are compared.
  network_mode: upToEngine(host("NetworkMode")),
  dns: listed("Dns"),
  dns_opts: listed("DnsOptions"),
  dns_search: listed("DnsSearch"),
  links: listed("Links"),
  host: {
    declared: (entries: readonly HostEntry[]) => unordered(entries.map(({ host, ip }) => `${host}:${ip}`)),
    found: ({ HostConfig }) => unordered(at(HostConfig, "ExtraHosts")),
  },
  tmpfs: host("Tmpfs"),
  volumes_from: listed("VolumesFrom"),
  devices: {
    declared: (devices: readonly Device[]) =>
      unordered(
        devices.map(
          ({ host_path, container_path = host_path, permissions = "rwm" }) =>
            `${host_path}:${container_path}:${permissions}`,
        ),
      ),
    found: ({ HostConfig }) =>
      unordered(
        ((at(HostConfig, "Devices") ?? []) as readonly InspectedDevice[]).map(
          ({ PathOnHost, PathInContainer, CgroupPermissions }) =>
            `${PathOnHost}:${PathInContainer}:${CgroupPermissions}`,
        ),
      ),
  },
};
