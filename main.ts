import { join } from "node:path";
import { App } from "cdktf";
import { deploymentHome } from "./config/home.ts";
import { loadDeployments } from "./config/load.ts";
import { report } from "./config/report.ts";
import { preparePki } from "./pki/prepare.ts";
import { judge } from "./policies/gate.ts";
import { IotStack } from "./stacks/iot-stack.ts";

try {
  const deployments = await loadDeployments();
  for (const deployment of deployments) await preparePki(deployment, deploymentHome(deployment.name));
  const app = new App();
  for (const deployment of deployments) new IotStack(app, deployment);
  app.synth();
  const stacks = Object.values(app.manifest.stacks);
  judge(stacks.map(({ synthesizedStackPath }) => join(app.outdir, synthesizedStackPath)));
} catch (error) {
  process.exitCode = report(error);
}
