import { isIP } from "node:net";
import { roleOf } from "../config/labels.ts";
import type { IssuedPair } from "../config/secret-text.ts";
import type { Stack } from "../engines/stack.ts";
import { type Model, variable } from "./model.ts";

/** Which certificates there are, who makes them, and how others are brought. */
export function certificates({ stack, deliveries }: Model): string {
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
    ...issued(stack),
    "A changed certificate is handed over, without a restart of who serves it, by:",
    "```sh\n./start.sh\n```",
  ].join("\n\n");
}

/** What an operator asks about a certificate that is issued here: of what is served, not of the renewer. */
function issued({ containers }: Stack): readonly string[] {
  const [renewer, edge] = ["renewer", "edge"].map((role) =>
    containers.find((container) => roleOf(container) === role),
  );
  const [listener] = edge?.block.ports ?? [];
  if (renewer === undefined || listener === undefined) return [];
  const [directory, hosts] = ["ACME_DIRECTORY", "ACME_HOSTS"].map((name) => variable(renewer, name));
  const address = isIP(listener.ip) === 6 ? `[${listener.ip}]` : listener.ip;
  const client = `openssl s_client -connect ${address}:${listener.external} -servername ${hosts?.split(" ")[0]}`;
  return [
    `\`${renewer.name}\` asks \`${directory}\`, and renews. This ends with 1 if what is served lasts less than 14 days; run it daily:`,
    `\`\`\`sh\n${client} </dev/null 2>/dev/null | openssl x509 -noout -issuer -enddate -checkend 1209600\n\`\`\``,
    `\`docker logs ${renewer.name}\` says what the CA answered. After a failure it waits for hours; once the reason is mended, this has it ask at once:`,
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
    "A pair that you put there yourself before the first start is kept."
  );
}
