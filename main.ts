import { join, resolve } from "node:path";
import { App } from "cdktf";
import { loadDeployments } from "./config/load.ts";
import type { Deployment } from "./config/parse.ts";
import { deploymentHome, projectRoot } from "./core/home.ts";
import { handOver, report } from "./core/report.ts";
import { preparePki } from "./pki/prepare.ts";
import { judge } from "./policies/gate.ts";
import { loadOwnRules } from "./policies/own-rules.ts";
import { IotStack } from "./stacks/iot-stack.ts";

try {
  const deployments = await loadDeployments();
  // The verbs that only look or remove say so; cdktf cannot.
  const onlyLooks = process.argv.includes("--unjudged");
  for (const deployment of deployments)
    await preparePki(deployment, deploymentHome(deployment.name), { keepCurrent: onlyLooks });
  const app = new App();
  const stacks = deployments.map((deployment) => ({ deployment, stack: new IotStack(app, deployment) }));
  app.synth();
  if (!onlyLooks) await judgeAll(app, stacks);
} catch (error) {
  // A verb that has started this tells the error itself.
  process.exitCode = process.argv.includes("--hand-over") ? handOver(error) : report(error);
}

interface Synthesized {
  readonly deployment: Deployment;
  readonly stack: IotStack;
}

/** Judges what was written, each stack also by the rules that its deployment adds. */
async function judgeAll({ outdir, manifest }: App, stacks: readonly Synthesized[]): Promise<void> {
  const judged = stacks.map(async ({ deployment, stack }) => {
    const { rules } = deployment.policies;
    return {
      file: join(outdir, manifest.forStack(stack).synthesizedStackPath),
      ownRules: rules === undefined ? [] : await loadOwnRules(resolve(projectRoot, rules)),
    };
  });
  for (const line of judge(await Promise.all(judged))) console.log(line);
}
