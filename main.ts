import { App } from "cdktf";
import { loadDeployments } from "./config/load.ts";
import { report } from "./config/report.ts";
import { IotStack } from "./stacks/iot-stack.ts";

try {
  const deployments = await loadDeployments();
  const app = new App();
  for (const deployment of deployments) new IotStack(app, deployment);
  app.synth();
} catch (error) {
  process.exitCode = report(error);
}
