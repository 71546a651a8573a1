import { loadDeployments } from "./config/load.ts";
import { App } from "./constructs/cdktf.ts";
import { handOver, report } from "./core/report.ts";
import { addDeployment } from "./stacks/add-deployment.ts";

try {
  const deployments = await loadDeployments();
  const app = new App();
  // The verbs that only look or remove say so; cdktf cannot.
  const onlyLooks = process.argv.includes("--unjudged");
  for (const deployment of deployments) await addDeployment(app, deployment, { onlyLooks });
  app.synth();
} catch (error) {
  // A verb that has started this tells the error itself.
  process.exitCode = process.argv.includes("--hand-over") ? handOver(error) : report(error);
}
