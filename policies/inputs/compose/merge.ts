import { type Block, isBlock } from "../../values.ts";

/** Lists that a later file replaces; all others grow. */
const REPLACED = new Set(["command", "entrypoint", "test"]);

/**
 * Lays one mapping over another as Compose does: mappings are merged, lists grow, everything else is replaced.
 *
 * @see https://docs.docker.com/reference/compose-file/merge/
 */
export function merge(base: Block, over: Block): Block {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    if (isBlock(before) && isBlock(value)) merged[key] = merge(before, value);
    else if (Array.isArray(before) && Array.isArray(value) && !REPLACED.has(key))
      merged[key] = [...before, ...value];
    else merged[key] = value;
  }
  return merged;
}
