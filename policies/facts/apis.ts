import type { Resource, StackDocument } from "../document.ts";
import { membersOf, networksOf } from "./networks.ts";
import { publishesPorts } from "./ports.ts";
import { kindOf } from "./services.ts";

const CLIENTS: readonly (string | undefined)[] = ["edge", "frontend"];

/**
 * A backend that is asked from outside. One that is not: it publishes no port, states its networks, and meets neither
 * an edge nor a frontend there, while another backend of the stack does.
 */
export const isApi = (resource: Resource, stack: StackDocument): boolean =>
  kindOf(resource, stack) === "backend" &&
  (isAsked(resource, stack) || !neighboursOf(resource, stack).some((other) => isAsked(other, stack)));

const isAsked = (resource: Resource, stack: StackDocument): boolean =>
  kindOf(resource, stack) === "backend" &&
  (publishesPorts(resource) ||
    networksOf(resource, stack).length === 0 ||
    neighboursOf(resource, stack).some((other) => CLIENTS.includes(kindOf(other, stack))));

const neighboursOf = (resource: Resource, stack: StackDocument): readonly Resource[] =>
  networksOf(resource, stack).flatMap(({ network }) =>
    network === undefined ? [] : membersOf(network, stack),
  );
