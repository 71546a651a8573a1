import { type Block, isBlock } from "../../values.ts";
import { isFlat, mapping } from "./canonical.ts";
import type { Variables } from "./dotenv.ts";
import { mapped, transformed } from "./tree.ts";

/** Fills what takes its value from a variable of the same name (`- TOKEN`), or from one that it names. */
export function withValues(value: Block, variables: Variables): Block {
  const named = (given: unknown) =>
    !isFlat(given) ? given : mapped(mapping(given), (text, name) => text ?? variables.get(name) ?? null);
  return transformed(value, [
    ["services.*.environment", named],
    ["services.*.build.args", named],
    ["configs.*", (config) => content(config, variables)],
  ]) as Block;
}

function content(config: unknown, variables: Variables): unknown {
  if (!isBlock(config) || typeof config.environment !== "string") return config;
  const value = variables.get(config.environment);
  return value === undefined ? config : { ...config, content: value };
}
