import { X509Certificate } from "node:crypto";
import { relative } from "node:path";
import { shellCommand } from "../core/shell-words.ts";
import { daysLeft, isLate } from "../pki/certificate.ts";
import { authorityFile, currentPair } from "../pki/folder.ts";
import { publicUrl } from "../services/addresses.ts";
import type { Deployment } from "../services/deployment.ts";
import { servesDevices } from "../services/listeners.ts";
import { topicsOverlap, withName } from "../site/topics.ts";

/**
 * The next steps of a newcomer, one a line and nothing after it: the page, a reading, a look at all of it. The
 * reading is published by the kit itself, since no other program reaches the broker on each kind of engine.
 *
 * @param config words that name the configuration on a command line; none for the usual one
 */
export function nextSteps(
  deployment: Deployment,
  home: string,
  config: readonly string[],
): readonly string[] {
  const page = publicUrl("frontend", deployment);
  const sensor = publishable(deployment);
  const verb = (...words: readonly string[]) => `  ${shellCommand("npx", "exploreiot", ...words, ...config)}`;
  return [
    "",
    ...trust(deployment, home),
    ...(page === "" ? [] : [`  ${page}`]),
    ...(sensor === undefined ? [] : [verb("publish", sensor, "21.5")]),
    verb("status"),
  ];
}

function trust(deployment: Deployment, home: string): readonly string[] {
  const overTls = deployment.ports.some(({ listener }) => listener === "https" || listener === "mqtts");
  const isInternal = deployment.tls.certificate.source === "internal";
  const ca = relative(process.cwd(), authorityFile(home));
  return [
    ...(overTls ? endingSoon(home) : []),
    ...(overTls && isInternal ? [`Browsers and devices have to trust its CA first: ${ca}`] : []),
    ...(servesDevices(deployment)
      ? ["A device gets the certificate that lets it in by: exploreiot devices issue NAME"]
      : []),
  ];
}

/** Of the user's own certificate, since nobody else renews it. */
function endingSoon(home: string): readonly string[] {
  const current = currentPair(home);
  const certificate = current && new X509Certificate(current.pair.certificate);
  if (certificate === undefined || !isLate(certificate)) return [];
  return [`The certificate has ${daysLeft(certificate)} days left, until ${certificate.validTo}: renew it`];
}

/** A sensor, or else a whole topic, that a user with a password may publish; undefined where there is none. */
function publishable({ mosquitto, topics }: Deployment): string | undefined {
  if (!mosquitto.enabled) return undefined;
  const filters = mosquitto.users.flatMap(({ name, publish }) =>
    publish.map((filter) => withName(filter, name)),
  );
  const reading = named(topics.readings);
  if (filters.some((filter) => topicsOverlap(filter, reading))) return SENSOR;
  return filters[0] === undefined ? undefined : named(filters[0]);
}

const SENSOR = "temp";
const named = (filter: string) => filter.replaceAll(/[+#]/g, SENSOR);
