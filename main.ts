import { join } from "node:path";
import { App } from "cdktf";
import { loadDeployments } from "./config/load.ts";
import { report } from "./config/report.ts";
import { judge } from "./policies/gate.ts";
import { IotStack } from "./stacks/iot-stack.ts";

try {
  const deployments = await loadDeployments();
  const app = new App();
  for (const deployment of deployments) new IotStack(app, deployment);
  app.synth();
  const stacks = Object.values(app.manifest.stacks);
  const relaxed = judge(stacks.map(({ synthesizedStackPath }) => join(app.outdir, synthesizedStackPath)));
  for (const line of relaxed) console.log(line);
} catch (error) {
  process.exitCode = report(error);
}
