import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { App } from "../constructs/cdktf.ts";
import { isCheckout, kitRoot } from "../core/home.ts";
import { holdingSignals } from "../core/signals.ts";
import type { Deployment } from "../services/deployment.ts";
import { addDeployment } from "./add-deployment.ts";

/** Deployments of a folder that one thread writes and judges. */
interface Share {
  readonly deployments: readonly Deployment[];

  /** Not 0 once a signal has come: it ends then behind the deployment it is at. */
  readonly isEnding: Int32Array;

  /** Of the whole app. @default - where cdktf puts it */
  readonly outdir: string | undefined;
}

interface Written {
  /** As they stand in the app's manifest. */
  readonly stacks: App["manifest"]["stacks"];

  /** Lines that the rules tell of stacks that they let pass. */
  readonly told: readonly string[];
}

/** A thread reads and compiles the whole program first, which takes as long as some 20 stacks. */
const LEAST = 50;

/** Each thread has 200 MiB. */
const MOST_THREADS = 4;

/** Parts of nearly the same size, in their order. */
export function sharesOf<Item>(
  items: readonly Item[],
  processors = availableParallelism(),
): readonly (readonly Item[])[] {
  const count = Math.max(1, Math.min(MOST_THREADS, processors, Math.floor(items.length / LEAST)));
  const size = Math.ceil(items.length / count);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/**
 * Writes and judges many deployments, none of which refers to another, by as many threads as there are processors, and says
 * which stacks there are as one app would.
 *
 * @param say takes what the rules tell of stacks that they let pass. @default console.log
 * @returns false where it is no work for several, or one of them could not do its part for any reason: one app of all then tells why
 */
export async function writtenInShares(
  deployments: readonly Deployment[],
  outdir?: string,
  say: (line: string) => void = console.log,
): Promise<boolean> {
  const parts = sharesOf(deployments);
  if (parts.length < 2 || !isCheckout) return false;
  const written = await holdingSignals(async (isEnding) => {
    const [own, ...others] = parts.map((part) => shareOf(part, isEnding, outdir)) as [Share, ...Share[]];
    const elsewhere = others.map(byThread);
    return [await writeShare(own), ...(await Promise.all(elsewhere))];
  });
  if (written.includes(undefined)) return false;
  const { manifest } = appOf({ outdir });
  for (const share of written) {
    Object.assign(manifest.stacks, share?.stacks);
    for (const line of share?.told ?? []) say(line);
  }
  manifest.writeToFile();
  return true;
}

const shareOf = (
  deployments: readonly Deployment[],
  isEnding: Int32Array,
  outdir: string | undefined,
): Share => ({ deployments, isEnding, outdir });

const appOf = ({ outdir }: Pick<Share, "outdir">) => new App(outdir === undefined ? {} : { outdir });

/** Undefined where it cannot: nobody is told why before all is done again by one app. */
async function writeShare(share: Share): Promise<Written | undefined> {
  const told: string[] = [];
  const say = (line: string) => void told.push(line);
  try {
    const app = appOf(share);
    // It would say that these are all.
    app.manifest.writeToFile = () => undefined;
    for (const deployment of share.deployments) {
      // Signals are heard between two of them.
      await nextTurn();
      if (Atomics.load(share.isEnding, 0) !== 0) return undefined;
      await addDeployment(app, deployment, { isApart: true, say });
    }
    app.synth();
    return { stacks: app.manifest.stacks, told };
  } catch {
    return undefined;
  }
}

const byThread = (share: Share): Promise<Written | undefined> =>
  new Promise((resolve) => {
    const failed = () => resolve(undefined);
    new Worker(join(kitRoot, "bin", "synth.js"), { workerData: { share } })
      .once("message", resolve)
      .once("error", failed)
      .once("exit", failed);
  });

/**
 * The work of such a thread.
 *
 * @returns false where this is none
 */
export async function didShare(): Promise<boolean> {
  const { share } = (workerData ?? {}) as { readonly share?: Share };
  if (share === undefined) return false;
  parentPort?.postMessage(await writeShare(share));
  return true;
}
