import { X509Certificate } from "node:crypto";
import { isIPv6 } from "node:net";
import { relative } from "node:path";
import { SecretStore } from "../core/secrets.ts";
import { shellCommand, shellWord } from "../core/shell-words.ts";
import { ofRole } from "../engines/containers.ts";
import type { Stack } from "../engines/stack.ts";
import { daysLeft, isLate } from "../pki/certificate.ts";
import { authorityFile, currentPair } from "../pki/folder.ts";
import { origin } from "../services/addresses.ts";
import type { Deployment } from "../services/deployment.ts";
import { servesDevices } from "../services/listeners.ts";
import { mqttSecret } from "../services/mosquitto/definition.ts";
import type { ListenerName } from "../services/registry.ts";

/** A listener that is open, as this machine itself reaches it. */
interface Reached {
  readonly listener: string;
  readonly scheme: "http" | "https";
  readonly address: string;

  /** The name that users type, and that a certificate shows. */
  readonly host: string;
  readonly port: number;
}

/** What a newcomer does next: the page, and one line that publishes a reading and shows that it arrived. */
export function nextSteps(deployment: Deployment, stack: Stack, home: string): readonly string[] {
  const page = reached(deployment, "https", "frontend");
  const lines = [
    ...(page === undefined ? [] : ["", `Open ${origin(page.scheme, page.host, page.port)}`]),
    ...trust(deployment, home),
  ];
  const publication = publish(deployment, stack, home);
  if (publication === undefined) return lines;
  const look = readBack(deployment, home);
  return [...lines, "", "Publish a reading and see it arrive:", `  ${publication}${look}`];
}

/** The first of these listeners that is open. */
function reached(deployment: Deployment, ...wanted: readonly ListenerName[]): Reached | undefined {
  const [found] = wanted.flatMap((name) => deployment.ports.filter(({ listener }) => listener === name));
  if (found === undefined) return undefined;
  const { listener, port } = found;
  const address = { "0.0.0.0": "127.0.0.1", "::": "::1" }[found.address] ?? found.address;
  const scheme = listener === "https" ? "https" : "http";
  return { listener, scheme, address, port, host: deployment.hosts[0] ?? "localhost" };
}

const isInternal = ({ tls }: Deployment) => tls.certificate.source === "internal";

function trust(deployment: Deployment, home: string): readonly string[] {
  const overTls = reached(deployment, "https", "mqtts") !== undefined;
  const ca = relative(process.cwd(), authorityFile(home));
  return [
    ...(overTls ? endingSoon(home) : []),
    ...(overTls && isInternal(deployment) ? [`Browsers and devices have to trust its CA first: ${ca}`] : []),
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

/** One line that publishes as the first user that may; undefined where that takes more than a password. */
function publish(deployment: Deployment, stack: Stack, home: string): string | undefined {
  const plain = reached(deployment, "mqtt");
  const secure = servesDevices(deployment) || !isInternal(deployment) ? undefined : "mqtts";
  const broker = plain ?? (secure && reached(deployment, secure));
  const publisher = deployment.mosquitto.users.find(({ publish }) => publish.length > 0);
  if (broker === undefined || publisher === undefined) return undefined;
  const folder = clientOptions(publisher.name, broker, new SecretStore(home));
  const topic = (publisher.publish[0] ?? "").replaceAll("+", "temp").replaceAll("#", "temp");
  const image = ofRole(stack, "mosquitto")?.image;
  const tls =
    broker.listener === "mqtts"
      ? ["--add-host", `${broker.host}:${broker.address}`, ...mount(authorityFile(home), "/ca.crt")]
      : [];
  const options = [...tls, ...mount(folder, "/c"), "-e", "XDG_CONFIG_HOME=/c"];
  const client = shellCommand(...options, image ?? "", "mosquitto_pub", "-t", topic, "-m", "21.5");
  return `docker run --rm --network host --user $(id -u) ${client}`;
}

/** A bind mount by its fields, which Docker reads as CSV: `-v` would end the path at its first colon. */
const mount = (source: string, target: string): readonly string[] => [
  "--mount",
  `type=bind,${csvField(`source=${source}`)},target=${target},readonly`,
];

const csvField = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Continues a line: asks the API for the newest reading. Empty where nothing leads there. */
function readBack(deployment: Deployment, home: string): string {
  const path = `${deployment.backend.pathPrefix}/mesures?limite=1`;
  const plain = reached(deployment, "backend");
  if (plain !== undefined)
    return ` && sleep 1 && curl -s ${shellWord(`${origin("http", plain.address, plain.port)}${path}`)}`;
  const api = reached(deployment, "https");
  if (api === undefined || !deployment.backend.enabled) return "";
  const ca = isInternal(deployment) ? ["--cacert", authorityFile(home)] : [];
  const address = isIPv6(api.address) ? `[${api.address}]` : api.address;
  const resolve = ["--resolve", `${api.host}:${api.port}:${address}`];
  return ` && sleep 1 && ${shellCommand("curl", "-s", ...ca, ...resolve, `${origin("https", api.host, api.port)}${path}`)}`;
}

/**
 * A folder with the options of mosquitto's clients for one user, so that its password stands in no command line:
 * `XDG_CONFIG_HOME=FOLDER mosquitto_pub -t …` works wherever the clients are installed.
 */
function clientOptions(user: string, broker: Reached, secrets: SecretStore): string {
  const tls = broker.listener === "mqtts";
  const options = [
    `-h ${tls ? broker.host : broker.address}`,
    `-p ${broker.port}`,
    ...(tls ? ["--cafile /ca.crt"] : []),
    `-u ${user}`,
    `-P ${secrets.value(mqttSecret(user))}`,
  ];
  const text = `${options.join("\n")}\n`;
  secrets.derivedFile(`clients/${user}/mosquitto_sub`, text);
  return secrets.derivedFile(`clients/${user}/mosquitto_pub`, text).replace(/\/mosquitto_pub$/, "");
}
