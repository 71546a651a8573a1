import { asLiteral } from "../files.ts";
import { type Block, isBlock, isKnown } from "../values.ts";

/** A text as it may stand in a reference between two dots. */
const encoded = (text: string) => text.replace(/[^\w-]+/g, "-").replace(/-$/, "");

/** Name of a resource that is its own in the whole plan: modules and instances of `count` are part of it. */
export const identifier = (module: string, name: string, index?: unknown): string =>
  encoded(`${module}${name}${index === undefined ? "" : `-${String(index)}`}`);

/** The values that expressions may refer to. */
interface Scope {
  /** The plan's `variables`: name to `{ value }`. */
  readonly variables: Block;

  /** Address of the module with a final dot; empty for the root. */
  readonly module: string;
}

/**
 * The attributes that were written, with the values that the plan knows for them. Blocks that stand in the plan
 * only (`dynamic` ones, which the configuration of a plan leaves out) are taken as they are planned.
 *
 * @param values the planned values as `literalBlock` spells them, defaults of the provider included
 * @param written the resource in the plan's configuration
 */
export function configuredBlock(values: Block, written: Block | undefined, scope: Scope): Block {
  const expressions = isBlock(written?.expressions) ? written.expressions : {};
  const block: Record<string, unknown> = {};
  for (const [name, expression] of Object.entries(expressions)) {
    block[name] = Array.isArray(expression)
      ? blockList(expression.filter(isBlock), values[name], scope)
      : attribute(expression, values[name], scope);
  }
  for (const [name, value] of Object.entries(values)) {
    const isBlockList = Array.isArray(value) && value.length > 0 && value.every(isBlock);
    if (isBlockList && !(name in block)) block[name] = value;
  }
  return block;
}

function blockList(written: readonly Block[], planned: unknown, scope: Scope): readonly Block[] {
  const plannedBlocks = Array.isArray(planned) ? planned.filter(isBlock) : [];
  // More than were written come of `dynamic` blocks; sets have lost the order of the rest.
  if (plannedBlocks.length > written.length) return plannedBlocks;
  const [only = {}] = plannedBlocks;
  return written.map((expressions) =>
    configuredBlock(written.length === 1 ? only : {}, { expressions }, scope),
  );
}

/** A constant as it stands; a reference to a resource as a reference; anything else as the plan knows it. */
function attribute(expression: unknown, planned: unknown, { variables, module }: Scope): unknown {
  if (!isBlock(expression)) return planned ?? undefined;
  const { constant_value: constant, references } = expression;
  if (!Array.isArray(references)) {
    if (!("constant_value" in expression)) return nested(expression, planned, { variables, module });
    // JSON shows the text of the configuration here, HCL what it comes to; the value tells text from expression.
    return isKnown(constant) ? constant : (planned ?? constant);
  }
  const [first = ""] = references.map(String);
  const resource = /^(?:data\.)?(docker_\w+)\.([\w-]+)(?:\[(?:(\d+)|"([^"]*)")\])?\.(\w+)$/.exec(first);
  if (resource !== null && isWhole(constant, first)) {
    const [, type, name = "", index, key, attributeName] = resource;
    return `\${${type}.${identifier(module, name, index ?? key)}.${attributeName}}`;
  }
  const variable = /^var\.([\w-]+)$/.exec(first);
  const known = planned ?? (variable === null ? undefined : planValue(variables[variable[1] ?? ""]));
  return known ?? constant ?? `\${${first}}`;
}

/** Whether an expression is the reference and nothing around it. HCL configurations do not show their text. */
const isWhole = (constant: unknown, reference: string) =>
  constant === undefined || constant === `\${${reference}}`;

const planValue = (variable: unknown) => (isBlock(variable) ? literal(variable.value) : undefined);

/** A planned value as it would stand in Terraform's JSON: a plan shows `${HOME}` of a shell without escapes. */
function literal(value: unknown): unknown {
  if (typeof value === "string") return asLiteral(value);
  if (Array.isArray(value)) return value.map(literal);
  return isBlock(value) ? literalBlock(value) : value;
}

export const literalBlock = (block: Block): Block =>
  Object.fromEntries(Object.entries(block).map(([name, value]) => [name, literal(value)]));

/** A single nested block stands as an object of expressions. */
const nested = (expression: Block, planned: unknown, scope: Scope): unknown =>
  Object.keys(expression).length === 0
    ? (planned ?? undefined)
    : configuredBlock(isBlock(planned) ? planned : {}, { expressions: expression }, scope);
