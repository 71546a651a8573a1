import { join, resolve } from "node:path";
import { App } from "cdktf";
import { deploymentHome, projectRoot } from "./config/home.ts";
import { loadDeployments } from "./config/load.ts";
import { report } from "./config/report.ts";
import { preparePki } from "./pki/prepare.ts";
import { judge } from "./policies/gate.ts";
import { loadOwnRules } from "./policies/own-rules.ts";
import { IotStack } from "./stacks/iot-stack.ts";

try {
  const deployments = await loadDeployments();
  for (const deployment of deployments) await preparePki(deployment, deploymentHome(deployment.name));
  const app = new App();
  const stacks = deployments.map((deployment) => ({ deployment, stack: new IotStack(app, deployment) }));
  app.synth();
  const judged = stacks.map(
    async ({
      deployment: {
        policies: { rules },
      },
      stack,
    }) => ({
      file: join(app.outdir, app.manifest.forStack(stack).synthesizedStackPath),
      ownRules: rules === undefined ? [] : await loadOwnRules(resolve(projectRoot, rules)),
    }),
  );
  for (const line of judge(await Promise.all(judged))) console.log(line);
} catch (error) {
  process.exitCode = report(error);
}
