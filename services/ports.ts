import type { OpenPort } from "../site/site.ts";
import { connectionsPerSource, newConnectionsPerSecond } from "./connections.ts";
import type { Deployment } from "./deployment.ts";
import { listeners } from "./registry.ts";

const ADDRESS: Readonly<Record<string, string>> = { loopback: "127.0.0.1", lan: "0.0.0.0" };

/** The ports that a deployment opens: made from its listeners, and written nowhere else. */
export const openPorts = (
  deployment: Pick<Deployment, "bind" | "listeners" | "mosquitto">,
): readonly OpenPort[] =>
  listeners
    .filter(({ name }) => deployment.listeners[name].enabled)
    .map(({ name, tls }) => {
      const { port, bind = deployment.bind } = deployment.listeners[name];
      return {
        listener: name,
        address: ADDRESS[bind] ?? bind,
        port,
        protocol: "tcp",
        tls,
        connectionsPerSource: connectionsPerSource(deployment, name),
        ...newConnectionsPerSecond(deployment, name),
      };
    });
