import { EXIT } from "../core/report.ts";
import { firewallWarnings } from "../engines/docker/firewall-check.ts";
import { observe } from "../engines/docker/observe.ts";
import { tryPorts } from "../engines/docker/published-ports.ts";
import { routeWarnings } from "../engines/docker/subnets.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { probeWarnings } from "./probe-warnings.ts";
import { stackStatus, statusTable } from "./stack-status.ts";
import { synthesize } from "./synthesize.ts";

export const statusCommand = verb(
  "status",
  "show what runs, what answers, and what differs from the configuration",
)
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText(
    "after",
    "\nExits with 2 when something is not as configured, does not answer, or was restarted within 10 minutes.",
  )
  .action(async ({ config, json }: { readonly config: string; readonly json?: true }) => {
    const { deployment, stack } = await synthesize(config, { unjudged: true });
    const [seen, ...warnings] = await Promise.all([
      observe(stack),
      firewallWarnings(stack),
      routeWarnings(stack),
    ]);
    const status = {
      ...stackStatus(stack, seen, await tryPorts(stack, seen)),
      warnings: [...warnings.flat(), ...probeWarnings(stack, seen)],
    };
    console.log(
      json ? JSON.stringify({ deployment: deployment.name, ...status }, undefined, 2) : statusTable(status),
    );
    const asConfigured = status.well && status.containers.every(({ difference }) => difference === undefined);
    process.exitCode = asConfigured ? EXIT.ok : EXIT.changes;
  });
