import { LABEL } from "../../core/labels.ts";
import type { Resource } from "../document.ts";
import { type Block, blocks, isFalse, isUnsetOrFalse, must, texts } from "../values.ts";
import { remembered } from "./remembered.ts";

/** Runs once and ends. Anyone who says so takes on the rules for jobs; anything else is a service. */
export const isJob = ({ block }: Resource): boolean => isFalse(block.must_run);
export const isService = (resource: Resource): boolean => !isJob(resource);

/** A job without a network: it receives files and hands them over. */
export const isDelivery = (resource: Resource): boolean =>
  isJob(resource) && resource.block.network_mode === "none";

/**
 * The one container that is let into the network namespace of the host, where its rules have to be: named as such,
 * with the one capability that rules need, and without ports and networks.
 */
export const isFirewall = ({ block }: Resource): boolean => {
  const capabilities = blocks(block, "capabilities");
  return (
    labelOf(block, LABEL.role) === "firewall" &&
    isUnsetOrFalse(block.privileged ?? undefined) &&
    capabilities.length === 1 &&
    texts(capabilities[0] as Block, "drop").join() === "ALL" &&
    texts(capabilities[0] as Block, "add").join() === "CAP_NET_ADMIN" &&
    blocks(block, "ports").length === 0 &&
    blocks(block, "networks_advanced").length === 0
  );
};

export const hasPorts = ({ block }: Resource): boolean => blocks(block, "ports").length > 0;
export const hasUploads = ({ block }: Resource): boolean => blocks(block, "upload").length > 0;

/** The value of a label; undefined if there is none, or if it is there twice. */
export const labelOf = (block: Block, name: string): unknown => labelsIn(block).get(name);

const labelsIn = remembered((block: Block): ReadonlyMap<unknown, unknown> => {
  const found = new Map<unknown, unknown>();
  for (const { label, value } of blocks(block, "labels"))
    found.set(label, found.has(label) ? undefined : value);
  return found;
});

/** Evidence that a label is not what it has to be. */
export const mustLabel = (block: Block, name: string, isAllowed: (value: unknown) => boolean) =>
  must({ [name]: labelOf(block, name) }, name, isAllowed, `label ${name}`);

/** Attributes whose changes Terraform is told to overlook. The word `all` names none of them. */
export const ignoredChanges = (block: Block): readonly string[] =>
  blocks(block, "lifecycle").flatMap((lifecycle) =>
    lifecycle.ignore_changes === "all" ? [] : texts(lifecycle, "ignore_changes"),
  );
