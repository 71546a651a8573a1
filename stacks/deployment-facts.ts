import { join, relative, resolve } from "node:path";
import { kitRoot, projectRoot } from "../core/home.ts";
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
import type { Engine } from "../site/engine.ts";

/**
 * The facts of the JSON about a deployment, for everybody who reads it later.
 *
 * @param stackFolder where the JSON goes
 */
export function deploymentFacts(deployment: Deployment, stackFolder: string): StackFacts {
  const { name, environment, firewall, postgres, policies, swarm } = deployment;
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
    swarm: swarmFacts(swarm, stackFolder),
    ...(environment === "production" ? { preflight: preflightFacts(deployment) } : {}),
  });
}

function swarmFacts({ registry, engines, ...spread }: Deployment["swarm"], stackFolder: string) {
  const placed = Object.entries(engines).map(([node, engine]) => [node, engineFrom(engine, stackFolder)]);
  return {
    ...spread,
    ...(registry === undefined ? {} : { registry }),
    ...(placed.length === 0 ? {} : { engines: Object.fromEntries(placed) }),
  };
}

/** An engine, with its folder of certificates as it is found from that of the stack. */
export const engineFrom = ({ host, certificates }: Engine, stackFolder: string) => ({
  host,
  ...(certificates === undefined
    ? {}
    : { certificates: relative(stackFolder, resolve(projectRoot, certificates)) }),
});

const preflightFacts = (deployment: Deployment) => ({
  hosts: deployment.names,
  issued: deployment.ports.some(({ tls }) => tls) && deployment.tls.certificate.source === "acme",
  builtOn: readImageLock(join(kitRoot, "images/lock.json")).debian.refreshed,
});
