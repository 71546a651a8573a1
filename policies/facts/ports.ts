import type { Resource } from "../document.ts";
import { asNumber, type Block, blocks, isBlock, isKnown, show } from "../values.ts";
import { isLoopback } from "./addresses.ts";
import { remembered } from "./remembered.ts";

/** A port that a container or a service publishes. */
export interface PublishedPort {
  readonly block: Block;

  /** Names of the attributes, which differ between a container and a service. */
  readonly names: { readonly internal: string; readonly external: string };
  readonly internal: unknown;
  readonly external: unknown;
  readonly protocol: unknown;

  /** Unset for every address; a service has no choice. */
  readonly ip: unknown;
}

const CONTAINER = { internal: "internal", external: "external" };
const SERVICE = { internal: "target_port", external: "published_port" };

/** The ports of a `docker_container` or a `docker_service`. */
export const publishedPorts = remembered(({ type, block }: Resource): readonly PublishedPort[] => {
  if (type === "docker_container") return blocks(block, "ports").map((port) => published(port, CONTAINER));
  return blocks(block, "endpoint_spec")
    .flatMap((endpoint) => blocks(endpoint, "ports"))
    .map((port) => published(port, SERVICE));
});

function published(block: Block, names: PublishedPort["names"]): PublishedPort {
  return {
    block,
    names,
    internal: block[names.internal] ?? undefined,
    external: block[names.external] ?? undefined,
    protocol: block.protocol ?? undefined,
    ip: block.ip ?? undefined,
  };
}

export const publishesPorts = (resource: Resource): boolean => publishedPorts(resource).length > 0;

/** Whether other machines reach it: what is not known to be loopback is open. */
export const isOpen = ({ ip }: PublishedPort): boolean => !isLoopback(ip);

export const internalPort = ({ internal }: PublishedPort): number => asNumber(internal);
export const externalPort = ({ external }: PublishedPort): number => asNumber(external);

/** `port 1883 (host port 8883 of 0.0.0.0)`. */
export function describe({ block, names, ip }: PublishedPort): string {
  const address = ip === undefined || ip === "" ? "every address" : plain(ip);
  return `port ${toldPort(block, names.internal)} (host port ${toldPort(block, names.external)} of ${address})`;
}

/** A number of a port for evidence; for one of a range that was written as such, the range, so that it is told once. */
export function toldPort({ range, ...port }: Block, name: string): string {
  return plain((isBlock(range) ? range[name] : undefined) ?? port[name] ?? undefined);
}

const plain = (value: unknown) => (isKnown(value) && typeof value === "string" ? value : show(value));
