import { join } from "node:path";
import { openListeners, servesTls } from "../config/listeners.ts";
import type { Deployment } from "../config/parse.ts";
import { projectRoot } from "../core/home.ts";
import { readImageLock } from "../core/images.ts";
import { factsOf, type StackFacts } from "../core/stack-facts.ts";
import { tableName } from "../firewall/nftables.ts";

/** What the JSON says about a deployment, for everybody who reads it later. */
export function deploymentFacts(deployment: Deployment): StackFacts {
  const { name, environment, firewall, postgres, policies } = deployment;
  const { scope } = firewall;
  return factsOf({
    deployment: name,
    // A later judge sees what was excused, and why.
    policies,
    listeners: openListeners(deployment),
    ...(postgres.enabled ? { database: { name: postgres.database, owner: postgres.user } } : {}),
    ...(firewall.enabled
      ? { firewall: { table: tableName(name), scope, confirmSeconds: confirmSeconds(deployment) } }
      : {}),
    ...(environment === "production" ? { preflight: preflightFacts(deployment) } : {}),
  });
}

/** Rules for containers lock nobody out, so they need no confirmation. */
export const confirmSeconds = ({ firewall }: Deployment): number =>
  firewall.scope === "host" ? firewall.confirmSeconds : 0;

const preflightFacts = (deployment: Deployment) => ({
  hosts: deployment.hosts,
  issued: servesTls(deployment) && deployment.tls.certificate.source === "acme",
  builtOn: readImageLock(join(projectRoot, "images/lock.json")).debian.refreshed,
});
