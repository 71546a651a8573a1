import { readContainerFacts } from "../../core/stack-facts.ts";
import type { Resource, StackDocument } from "../document.ts";
import { externalPort, internalPort, type PublishedPort } from "./ports.ts";

/** A declared listener, and the port inside the container that it leads to. */
interface LeadingListener {
  readonly port: number;
  readonly internal: number;
  readonly tls: boolean;
}

/** The listeners that lead to a container by the kit's own facts; undefined for one that the kit did not declare. */
export function listenersOf(
  resource: Resource,
  { facts }: StackDocument,
): readonly LeadingListener[] | undefined {
  const own = facts && readContainerFacts(resource.block, resource.path);
  return own?.listeners.flatMap(
    ({ listener, internal }) =>
      facts?.listeners.flatMap(({ listener: name, port, tls }) =>
        name === listener ? [{ port, internal, tls }] : [],
      ) ?? [],
  );
}

/** The declared listener that a published port belongs to; undefined where there is none, or none is known. */
export const listenerAt = (
  port: PublishedPort,
  resource: Resource,
  stack: StackDocument,
): LeadingListener | undefined =>
  listenersOf(resource, stack)?.find(
    ({ port: external, internal }) => external === externalPort(port) && internal === internalPort(port),
  );
