import type { OpenPort } from "../site/site.ts";
import { connectionsPerSource, newConnectionsPerSecond } from "./connections.ts";
import type { Deployment } from "./deployment.ts";
import { type Listening, openListeners } from "./listeners.ts";

const ADDRESS: Readonly<Record<string, string>> = { loopback: "127.0.0.1", lan: "0.0.0.0" };

/** The ports that a deployment opens: made from its listeners, and written nowhere else. */
export const openPorts = (
  deployment: Listening & Pick<Deployment, "bind" | "listeners" | "mosquitto">,
): readonly OpenPort[] =>
  openListeners(deployment).map((listener) => {
    const { name, port, tls, bind = deployment.bind } = listener;
    return {
      listener: name,
      address: ADDRESS[bind] ?? bind,
      port,
      protocol: "tcp",
      tls,
      connectionsPerSource: connectionsPerSource(deployment, listener),
      ...newConnectionsPerSecond(deployment, name),
    };
  });
