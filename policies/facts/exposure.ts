import type { Severity } from "../../site/policy-settings.ts";
import type { Resource } from "../document.ts";
import { type Evidence, unknown, weighing } from "../evidence.ts";
import { isKnown } from "../values.ts";
import { describe, isOpen, type PublishedPort, publishedPorts } from "./ports.ts";

/** From where a container is reached: from other machines, from the host alone, or from its own networks alone. */
export type Exposure = "outside" | "loopback" | "inside";

export function exposureOf(resource: Resource): Exposure {
  if (resource.block.network_mode === "host") return "outside";
  const ports = publishedPorts(resource);
  if (ports.some(isOpen)) return "outside";
  return ports.length > 0 ? "loopback" : "inside";
}

/** A finding weighs as much as the rule where other machines reach the container, and less elsewhere. */
export const byExposure = (
  resources: readonly Resource[],
  elsewhere: Severity,
  found: readonly Evidence[],
): readonly Evidence[] =>
  resources.length === 0 || resources.some((resource) => exposureOf(resource) === "outside")
    ? found
    : weighing(elsewhere, found);

/** Evidence about ports: none can be given where the address that a port binds is known later. */
export const aboutPorts = (
  ports: readonly PublishedPort[],
  words: (port: string) => string | Evidence,
): readonly Evidence[] =>
  ports.map((port) => {
    if (isKnown(port.ip)) return words(describe(port));
    return unknown(`port ${String(port.internal)} is published on an address that is known only at apply`);
  });
