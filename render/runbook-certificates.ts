import type { IssuedPair } from "../config/secret-text.ts";
import type { Model } from "./model.ts";

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
    "A changed certificate is handed over, without a restart of who serves it, by:",
    "```sh\n./start.sh\n```",
  ].join("\n\n");
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
