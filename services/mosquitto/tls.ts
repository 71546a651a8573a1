import { CIPHERS, CIPHERSUITES } from "../../constructs/tls-ciphers.ts";
import { PROBE_PROGRAM } from "../../core/probe-command.ts";
import { CERTIFICATES } from "../certificates/certificates.ts";
import type { Deployment } from "../deployment.ts";
import { servesDevices } from "../listeners.ts";
import { MQTTS_PORT } from "./definition.ts";

/** The files whose change the broker has to be told of. */
export const certificateFiles = (deployment: Deployment): readonly string[] => [
  `${CERTIFICATES}/current/edge.crt`,
  `${CERTIFICATES}/current/edge.key`,
  ...(servesDevices(deployment) ? [`${CERTIFICATES}/devices/ca.crt`, `${CERTIFICATES}/devices/crl.pem`] : []),
];

/** Ten topics as long as the largest packet, for each connection, are more memory than all connections have. */
export const NO_ALIASES = "max_topic_alias 0";

/** The part of mosquitto.conf (2.0) for the TLS listener, or nothing. */
export function tlsListener(deployment: Deployment, maxConnections: number): readonly string[] {
  if (!deployment.listeners.mqtts.enabled) return [];
  return [
    `listener ${MQTTS_PORT}`,
    `max_connections ${maxConnections}`,
    NO_ALIASES,
    // The lowest version that is spoken.
    "tls_version tlsv1.2",
    `ciphers ${CIPHERS}`,
    `ciphers_tls1.3 ${CIPHERSUITES}`,
    `certfile ${CERTIFICATES}/current/edge.crt`,
    `keyfile ${CERTIFICATES}/current/edge.key`,
    ...(servesDevices(deployment)
      ? [
          // A device is its certificate. With passwords the guard binds client ids to users, on every listener.
          "use_username_as_clientid true",
          `cafile ${CERTIFICATES}/devices/ca.crt`,
          `crlfile ${CERTIFICATES}/devices/crl.pem`,
          "require_certificate true",
          "use_identity_as_username true",
        ]
      : []),
  ];
}

/**
 * The ACL's rules for clients with certificates. They hold for everybody who is let in, also for the declared
 * users: each may besides do what a device of its name may.
 */
export function devicePatterns(deployment: Deployment): readonly string[] {
  if (!servesDevices(deployment)) return [];
  const { publish, subscribe } = deployment.mosquitto.devices;
  return [
    ...publish.map((topic) => `pattern write ${topic}`),
    ...subscribe.map((topic) => `pattern read ${topic}`),
  ];
}

/**
 * Proves in a shell that the listener has a usable certificate: with a bad pair the broker runs on and refuses each
 * handshake. It shows its certificate to everybody, also where it then wants to see one.
 */
export const TLS_PROBE = `${PROBE_PROGRAM} tls ${MQTTS_PORT} 2`;
