import { isIP } from "node:net";
import type { IssuedPair } from "../core/secret-text.ts";
import { shellCommand } from "../core/shell-words.ts";
import { ofRole, variableOf } from "../runners/containers.ts";
import type { Model } from "./model.ts";

/** Which certificates there are, who makes them, and how others are brought. */
export function certificates(model: Model): string {
  const { stack, deliveries } = model;
  const files = deliveries.flatMap(({ secret }) => secret);
  const pairs = new Map(
    files.flatMap(({ origin }) =>
      origin !== undefined && "pair" in origin ? [[origin.pair, origin] as const] : [],
    ),
  );
  const brought = [...new Set(files.filter(({ origin }) => origin === undefined).map(({ path }) => path))];
  const paragraphs = [
    ...[...pairs.values()].map(describePair),
    ...(brought.length === 0
      ? []
      : [
          `To be brought before the first start, mode 0400: ${brought.map((path) => `\`${path}\``).join(", ")}. ` +
            `On the machine that rendered this they are below \`.exploreiot/${stack.name}/\`; what is named \`pki/edge/\` here is the newest folder of \`pki/pairs/\` there. Never bring the key of a CA.`,
        ]),
  ];
  if (paragraphs.length === 0) return "None: no listener uses TLS.";
  return [
    ...paragraphs,
    ...alarm(model, [...pairs.values()].find(({ pair }) => pair === "pki/edge")?.hosts[0]),
    ...renewal(model),
    "A changed certificate is handed over, without a restart of who serves it, by:",
    "```sh\n./start.sh\n```",
    ...(brought.includes(REVOKED) ? devices(model) : []),
  ].join("\n\n");
}

const REVOKED = "secrets/pki/devices/crl.pem";

/** The CA of devices stays where the folder was rendered; that of the listeners may be another, made here. */
function devices({ stack, deliveries }: Model): readonly string[] {
  const own = deliveries
    .flatMap(({ secret }) => secret)
    .flatMap(({ origin }) =>
      origin !== undefined && "authority" in origin && origin.authority !== undefined
        ? [origin.authority]
        : [],
    );
  const trusted = own.includes("pki/authority")
    ? " In the place of the `server-ca.crt` there each needs this server's `secrets/pki/authority/ca.crt`."
    : "";
  const broker = ofRole(stack, "mosquitto")?.name;
  return [
    `Devices get their certificates on the machine that rendered this: \`exploreiot devices issue NAME\`.${trusted}`,
    `After \`exploreiot devices revoke NAME\` there, bring \`${REVOKED}\` again and run \`./start.sh\`: the device is refused from then on. A connection that it has open stays; this ends all of them, and the others come back by themselves:`,
    `\`\`\`sh\ndocker restart ${broker}\n\`\`\``,
  ];
}

/** The question of an operator, and of a machine every day: about the certificate that is served, no matter who was to renew it. */
function alarm({ stack }: Model, host: string | undefined): readonly string[] {
  const [listener] = stack.containers.flatMap((container) =>
    (container.block.ports ?? []).filter(({ external }) =>
      stack.listeners.some(({ tls, port }) => tls && port === external),
    ),
  );
  if (listener === undefined) return [];
  const address = isIP(listener.ip) === 6 ? `[${listener.ip}]` : listener.ip;
  const name = host === undefined || isIP(host) !== 0 ? [] : ["-servername", host];
  const to = ["-connect", `${address}:${listener.external}`, ...name];
  const client = shellCommand("openssl", "s_client", ...to);
  return [
    "This ends with 1 if what is served lasts less than 14 days; run it daily:",
    `\`\`\`sh\n${client} </dev/null 2>/dev/null | openssl x509 -noout -issuer -enddate -checkend 1209600\n\`\`\``,
  ];
}

function renewal({ stack }: Model): readonly string[] {
  const renewer = ofRole(stack, "renewer");
  if (renewer === undefined) return [];
  return [
    `\`${renewer.name}\` asks \`${variableOf(renewer, "ACME_DIRECTORY")}\`, and renews. \`docker logs ${renewer.name}\` says what the CA answered. After a failure it waits for hours; once the reason is fixed, this has it ask at once:`,
    `\`\`\`sh\ndocker exec ${renewer.name} rm /acme/not-before\n\`\`\``,
  ];
}

function describePair({ pair, name, hosts, authority }: IssuedPair): string {
  const place = `\`secrets/${pair}/${name}.crt\` and \`.key\``;
  const names = hosts.map((host) => `\`${host}\``).join(", ");
  if (authority === undefined) {
    return `${place}: self-signed for ${names}, served until the certificate from the ACME directory is there.`;
  }
  return (
    `${place}: for ${names}, issued by this server's own CA (\`secrets/${authority}/ca.crt\`, which clients need). ` +
    "Both are made by `start.sh` (needs openssl); the pair is renewed by it from 30 days before its end, so run it monthly. " +
    `A pair that you put there yourself before the first start is kept. To change the CA, remove \`secrets/${authority}/\` and start: clients refuse until they have the new \`ca.crt\`.`
  );
}
