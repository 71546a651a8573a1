import "./core/zod-without-jit.ts";
import { mkdirSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { loadDeployments } from "./config/load.ts";
import { App } from "./constructs/cdktf.ts";
import { UserError } from "./core/errors.ts";
import { report } from "./core/report.ts";
import { endBetweenSteps } from "./core/signals.ts";
import type { Deployment } from "./services/deployment.ts";
import { addDeployment } from "./stacks/add-deployment.ts";
import { synthesizeInDraft } from "./stacks/draft.ts";
import { didShare, writtenInShares } from "./stacks/shares.ts";

export interface Synthesis {
  /** Where `EXPLOREIOT_CONFIG` says which deployments are meant. @default process.env */
  readonly env?: NodeJS.ProcessEnv;

  /** @default - where cdktf puts it: CDKTF_OUTDIR, or cdktf.out in the folder of this process */
  readonly outdir?: string;

  /** For verbs that look or remove: no rule keeps anybody from it. @default false */
  readonly onlyLooks?: boolean;

  /** For verbs that make nothing but the JSON: no secret, key or certificate of the one deployment. @default false */
  readonly draft?: boolean;

  /** Takes what the rules tell of a stack that they let pass, a line each. @default console.log */
  readonly say?: (line: string) => void;
}

/**
 * The one way from a configuration to the JSON: `cdktf synth` starts it by bin/synth.js, and every verb of the kit in its
 * own process. A stack of your own is added before `app.synth()`; it is judged like those of the kit.
 */
export async function writeStacks({
  env = process.env,
  outdir,
  draft = false,
  ...told
}: Synthesis = {}): Promise<readonly Deployment[]> {
  const deployments = await loadDeployments(env);
  const write = async () => {
    // cdktf makes the last folder of the path and no other: EXPLOREIOT_HOME may be a new one.
    if (outdir !== undefined) mkdirSync(outdir, { recursive: true });
    if (!told.onlyLooks && (await writtenInShares(deployments, outdir, told.say))) return;
    const app = new App(outdir === undefined ? {} : { outdir });
    // Deployments refer to none but themselves: take it out with a stack of your own that refers to one of them.
    const isApart = true;
    const add = (deployment: Deployment) => addDeployment(app, deployment, { ...told, isApart });
    for (const one of deployments) await (deployments.length > 1 ? ofSite(one, add) : add(one));
    app.synth();
  };
  const [deployment] = deployments;
  await (draft && deployment !== undefined ? synthesizeInDraft(deployment.name, write) : write());
  return deployments;
}

/** Of several deployments an error says which one it is of: most name a setting or a file, which any of them may have. */
async function ofSite<T>(deployment: Deployment, work: (deployment: Deployment) => Promise<T>): Promise<T> {
  // Signals are heard between two of them.
  await nextTurn();
  try {
    return await work(deployment);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${deployment.name}: ${error.message}`, ...error.remedy);
  }
}

/** As a program of its own, which says what is wrong. */
export async function main(): Promise<void> {
  try {
    if (await didShare()) return;
    endBetweenSteps();
    await writeStacks();
  } catch (error) {
    process.exitCode = report(error);
  }
}
