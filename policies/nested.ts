import { type Block, blocks } from "./values.ts";

/** The first block at a path of blocks, such as `task_spec`, `resources`, `limits`; empty if there is none. */
export const nested = (block: Block, ...path: readonly string[]): Block =>
  path.reduce((outer, name) => blocks(outer, name)[0] ?? {}, block);
