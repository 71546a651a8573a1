import type { Observation } from "../runners/docker/observe.ts";
import type { Stack } from "../runners/stack.ts";

/** Warnings of the last probe of a container that works all the same: lines that begin with `warning: `. */
export const probeWarnings = (stack: Stack, { containers }: Observation): readonly string[] =>
  stack.containers.flatMap(({ name }) => {
    const output = containers.get(name)?.State.Health?.Log?.at(-1)?.Output ?? "";
    return [...output.matchAll(/^warning: (.+)$/gm)].map(([, text]) => `${name}: ${text}`);
  });
