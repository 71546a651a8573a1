import { type Evidence, unknown } from "./evidence.ts";

export type Block = Readonly<Record<string, unknown>>;

export const isBlock = (value: unknown): value is Block =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Whether a value stands in the JSON as it is, and is not computed by Terraform at apply. `$${` and `%%{` are
 * its escapes for plain text.
 */
export function isKnown(value: unknown): boolean {
  if (typeof value === "string") return !value.includes("{") || !OPENER.test(value);
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every(isKnown);
  return Object.entries(value).every(([key, inner]) => isKnown(key) && isKnown(inner));
}

const OPENER = /(?<!\$)\$\{|(?<!%)%\{/;

/** A value as evidence shows it. Never for what may be a secret. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "not set";
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

/**
 * Evidence that an attribute is not what it has to be, with the value found. A value that is computed at apply is unknown;
 * `null` is how JSON says that something is not set.
 *
 * @param place what the block is part of, for the evidence. @default - the attribute's name alone
 */
export function must(
  block: Block,
  name: string,
  isAllowed: (value: unknown) => boolean,
  place = name,
): readonly Evidence[] {
  const value = block[name] ?? undefined;
  if (!isKnown(value)) return [unknown(`${place} is ${show(value)}, known only at apply`)];
  return isAllowed(value) ? NO_EVIDENCE : [`${place} is ${show(value)}`];
}

/** Most attributes are right: nothing is made for the answer. */
const NO_EVIDENCE: readonly Evidence[] = [];

/** The blocks of one kind: cdktf writes one as an object, Terraform also reads a list of one or more. */
export function blocks(block: Block, name: string): readonly Block[] {
  const value = block[name] ?? undefined;
  if (value === undefined) return NO_BLOCKS;
  if (Array.isArray(value) && value.every(isBlock)) return value;
  if (isBlock(value)) return [value];
  throw new Error(`${name} is ${show(value)}, which is not a block`);
}

/** Most rules ask most resources for blocks that they do not have: nothing is made for the answer. */
const NO_BLOCKS: readonly Block[] = [];

/** The first block at a path of blocks, such as `task_spec`, `resources`, `limits`; empty if there is none. */
export const nested = (block: Block, ...path: readonly string[]): Block =>
  path.reduce((outer, name) => blocks(outer, name)[0] ?? {}, block);

/** A list of texts, each as it stands. */
export function texts(block: Block, name: string): readonly string[] {
  const value = block[name] ?? [];
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === "string"))
    throw new Error(`${name} is ${show(value)}, which is not a list of texts`);
  return value;
}

/** Terraform takes numbers and booleans as text too. NaN for everything else. */
export function asNumber(value: unknown): number {
  return typeof value === "number" || (typeof value === "string" && value.trim() !== "")
    ? Number(value)
    : Number.NaN;
}

export const isTrue = (value: unknown) => value === true || value === "true";
export const isFalse = (value: unknown) => value === false || value === "false";
export const isUnset = (value: unknown) => value === undefined;
export const isUnsetOrFalse = (value: unknown) => isUnset(value) || isFalse(value);
export const isUnsetOrTrue = (value: unknown) => isUnset(value) || isTrue(value);
export const isFilledText = (value: unknown) => typeof value === "string" && value.trim() !== "";
