import { join } from "node:path";
import { kitRoot } from "../core/home.ts";
import { readImageLock } from "../core/image-pins.ts";
import { factsOf, type StackFacts } from "../core/stack-facts.ts";
import { confirmSeconds } from "../firewall/confirmation.ts";
import { tableName } from "../firewall/nftables.ts";
import type { Deployment } from "../services/deployment.ts";
import { isMade } from "../services/listeners.ts";
import { bridgeFacts } from "../services/mosquitto/bridge.ts";
import { outsideServers } from "../services/outside-servers.ts";
import { databaseOf } from "../services/postgres/roles.ts";
import { databaseLogins } from "../services/store-logins.ts";

/** The facts of the JSON about a deployment, for everybody who reads it later. */
export function deploymentFacts(deployment: Deployment): StackFacts {
  const { name, environment, firewall, postgres, policies, swarm } = deployment;
  const { registry, ...spread } = swarm;
  const { scope } = firewall;
  const outside = outsideServers(deployment);
  const bridge = bridgeFacts(deployment);
  const hasDatabase = isMade(deployment, "postgres");
  const own = databaseLogins(deployment)
    .filter(({ rights }) => hasDatabase && rights === "own")
    .map((login) => ({ name: databaseOf(postgres.database, login), owner: login.user }));
  return factsOf({
    deployment: name,
    // A later judge sees what was excused, and why.
    policies,
    listeners: deployment.ports.map(({ listener, address, port, protocol, tls }) => ({
      ...{ listener, address, port, protocol, tls },
    })),
    ...(hasDatabase ? { database: { name: postgres.database, owner: postgres.user } } : {}),
    ...(own.length === 0 ? {} : { ownDatabases: own }),
    ...(outside.length === 0 ? {} : { outside }),
    ...(bridge === undefined ? {} : { bridge }),
    ...(firewall.enabled
      ? { firewall: { table: tableName(name), scope, confirmSeconds: confirmSeconds(deployment) } }
      : {}),
    swarm: { ...spread, ...(registry === undefined ? {} : { registry }) },
    ...(environment === "production" ? { preflight: preflightFacts(deployment) } : {}),
  });
}

const preflightFacts = (deployment: Deployment) => ({
  hosts: deployment.names,
  issued: deployment.ports.some(({ tls }) => tls) && deployment.tls.certificate.source === "acme",
  builtOn: readImageLock(join(kitRoot, "images/lock.json")).debian.refreshed,
});
