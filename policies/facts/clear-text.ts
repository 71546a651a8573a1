import type { Resource, StackDocument } from "../document.ts";
import { listenerAt } from "./listeners.ts";
import {
  externalPort,
  internalPort,
  isOpen,
  type PublishedPort,
  publishedPorts,
  publishesPorts,
} from "./ports.ts";
import { remembered } from "./remembered.ts";
import { kindOf, RUNS } from "./services.ts";

/** Ports on which services that nobody knows mostly speak in clear text. */
const USUAL: readonly number[] = [80, 1883, 3000, 5000, 8000, 8080, 9001];

/** Ports that a container or a service publishes beyond loopback in clear text. A declared listener says it itself. */
export function clearTextPorts(resource: Resource, stack: StackDocument): readonly PublishedPort[] {
  const kind = kindOf(resource, stack);
  return publishedPorts(resource)
    .filter(isOpen)
    .filter((port) => {
      const declared = listenerAt(port, resource, stack);
      if (declared !== undefined) return !declared.tls;
      const inside = internalPort(port);
      if (kind === "mosquitto") return inside !== 8883;
      if (kind === "backend" || kind === "frontend") return inside !== 443 && inside !== 8443;
      return USUAL.includes(inside) || USUAL.includes(externalPort(port));
    });
}

/** Whether a host name of this stack may also be typed without TLS: page or API have a port of their own. */
export const hasClearTextPages = remembered((stack: StackDocument): boolean =>
  stack
    .of(RUNS)
    .some(
      (resource) =>
        ["frontend", "backend"].includes(kindOf(resource, stack) ?? "") && publishesPorts(resource),
    ),
);
