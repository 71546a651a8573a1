import { atEngine } from "../docker/current-engine.ts";
import { fromEngine } from "../docker/engine-api.ts";
import { converse, run } from "../run.ts";
import type { RunnerContext } from "../runner.ts";
import type { EngineAddress, Stack } from "../stack.ts";
import { engineOf, PlaceError } from "./node-engine.ts";
import { type SwarmNode, swarmNodes } from "./nodes.ts";

/** A node that may be given tasks, with its engine. */
interface Receiver {
  readonly node: SwarmNode;
  readonly engine: EngineAddress;
}

/**
 * Gives every node of the swarm the images of a stack that its engine lacks, straight from the engine of this process. One that is
 * named by its digest is pulled by the nodes themselves. A node whose engine is not reached is told of, and left to its owner.
 *
 * @returns whether a node was given some
 */
export async function giveImages(
  stack: Stack,
  { report, signal }: Pick<RunnerContext, "report" | "signal">,
): Promise<boolean> {
  const ids = await idsOf(stack.images.filter((name) => !name.includes("@")));
  let isGiven = false;
  // One after the other: each copy takes all of the way out of this machine.
  for (const { node, engine } of await receivers(stack, report)) {
    const there = await atEngine(engine, () => idsOf([...ids.keys()]));
    const lacking = [...ids].flatMap(([name, id]) => (there.get(name) === id ? [] : [name]));
    if (lacking.length === 0) continue;
    report(`${node.name}: takes over ${lacking.length === 1 ? "an image" : `${lacking.length} images`}`);
    await copy(lacking, engine, signal);
    isGiven = true;
  }
  return isGiven;
}

/** Name to id, of those that the engine has. */
async function idsOf(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    names.map(async (name) => {
      const image = await fromEngine<{ readonly Id: string }>(`/images/${name}/json`);
      return image === undefined ? [] : [[name, image.Id] as const];
    }),
  );
  return new Map(found.flat());
}

async function receivers(stack: Stack, report: RunnerContext["report"]): Promise<readonly Receiver[]> {
  const nodes = await swarmNodes();
  const found = await Promise.all(
    nodes
      .filter(({ status, availability }) => status === "ready" && availability === "active")
      .map(async (node) => {
        const engine = await engineOf(node, stack, "images are given to the node").catch((error: unknown) => {
          if (!(error instanceof PlaceError)) throw error;
          report([`${node.name}: is given no images`, error.message, ...error.remedy].join("; "));
          return undefined;
        });
        return engine === undefined ? [] : [{ node, engine }];
      }),
  );
  return found.flat();
}

async function copy(
  images: readonly string[],
  engine: EngineAddress,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stoppable = signal === undefined ? {} : { signal };
  const saving = await converse(["docker", "save", ...images], stoppable);
  try {
    await atEngine(engine, () => run(["docker", "load"], { input: saving.stream, ...stoppable }));
  } finally {
    await saving.end();
  }
}
