import { isIP } from "node:net";
import type { Problem } from "../core/problems.ts";
import { servedNames } from "../services/addresses.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { completeListeners, servesDevices, servesTls } from "../services/listeners.ts";

/** TLS-ALPN-01 is answered on the https listener, and proves domain names only. */
export function acmeCanProve(deployment: ParsedDeployment): readonly Problem[] {
  if (deployment.tls.certificate.source !== "acme" || !servesTls(deployment)) return [];
  const names = servedNames(deployment)
    .filter((host) => isIP(host) !== 0 || !host.includes("."))
    .map((host) => ({
      path: "hosts",
      got: host,
      allowed: "domain names only with tls.certificate.source acme: a CA proves no address and no local name",
      fix: "remove it, or set tls.certificate.source to internal or files",
    }));
  if (completeListeners(deployment).https.enabled) return names;
  const shut: Problem = {
    path: "listeners.https",
    got: completeListeners(deployment).https,
    allowed: "open, with a frontend or a published backend behind it: with source acme the CA connects there",
    fix: "open the listener and turn one of them on, or set tls.certificate.source to internal or files",
  };
  return [...names, shut];
}

/** The mqtts listener takes certificates or passwords, never both: users with passwords need the other listener. */
export function usersHaveAListener(deployment: ParsedDeployment): readonly Problem[] {
  const { users } = deployment.mosquitto;
  if (users.length === 0 || !servesDevices(deployment)) return [];
  if (completeListeners(deployment).mqtt.enabled) return [];
  return [
    {
      path: "mosquitto.users",
      got: users.map(({ name }) => name),
      allowed:
        "nobody with a password while tls.mqttClients is certificates and listeners.mqtt is shut: no listener would let them in",
      fix: "remove them and issue each a certificate (exploreiot devices issue NAME, with rights by mosquitto.devices), or set tls.mqttClients to passwords, or open listeners.mqtt, which is clear text",
    },
  ];
}
