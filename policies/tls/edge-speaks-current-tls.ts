import { binds, globals, isTls, titleOf } from "../facts/haproxy.ts";
import { WEAK_SUITES } from "../facts/tls-suites.ts";
import { type Directive, haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

const WEAK = /NULL|RC4|3DES|DES|MD5|EXP|ADH|AECDH|LOW|IDEA|SEED|PSK|^ALL$|COMPLEMENTOF/;
const CURRENT: readonly string[] = ["TLSv1.2", "TLSv1.3"];
const TICKETS: readonly string[] = ["no-tls-tickets", "tls-ticket-keys"];
const OLD = /^(force-(sslv3|tlsv10|tlsv11))$/;

export const edgeSpeaksCurrentTls = definePolicy({
  id: "TLS-004",
  severity: "high",
  title: "the edge speaks TLS 1.2 and 1.3 alone, with ciphers that are named and without lasting tickets",
  why: "HAProxy's own default depends on its version and on OpenSSL's configuration in the image.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem ssl-min-ver TLSv1.0
    default_backend web`,
  prefer: `# haproxy.cfg
global
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
    ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256

frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    default_backend web`,
  allowed:
    "ssl-min-ver TLSv1.2 or TLSv1.3, and ciphers without NULL, RC4, 3DES and MD5, and no-tls-tickets or tls-ticket-keys, at each bind with ssl or in global",
  fix: "set ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets and ssl-default-bind-ciphers",
  source: "HAProxy Configuration Manual 2.6, 3.2 and 5.1; Mozilla TLS guidelines, intermediate",
  looksAt: ["file/haproxy.cfg"],
  check: (file) => {
    const sections = haproxyCfg(file);
    return sections.flatMap((section) =>
      binds(section)
        .filter(isTls)
        .flatMap((bind) => problems(bind, section, globals(sections))),
    );
  },
});

function problems(bind: Directive, section: Section, global: readonly Directive[]): readonly string[] {
  const options = wordsOf(global, "ssl-default-bind-options");
  const minimum = after(bind.words, "ssl-min-ver") ?? after(options, "ssl-min-ver");
  const ciphers = after(bind.words, "ciphers") ?? wordsOf(global, "ssl-default-bind-ciphers")[0];
  const suites =
    after(bind.words, "ciphersuites") ?? wordsOf(global, "ssl-default-bind-ciphersuites")[0] ?? "";
  const place = `${titleOf(section)}, line ${bind.line}`;
  return [
    ...(CURRENT.includes(minimum ?? "") ? [] : [`${place}: ssl-min-ver is ${minimum ?? "not set"}`]),
    ...[...bind.words, ...options].filter((word) => OLD.test(word)).map((word) => `${place}: ${word}`),
    ...(ciphers === undefined
      ? [`${place}: no ciphers are named`]
      : weakIn(ciphers).map((name) => `${place}: cipher ${name}`)),
    // Anyone who gets the key of the tickets, which lives as long as the process, reads what was said before.
    ...([...bind.words, ...options].some((word) => TICKETS.includes(word))
      ? []
      : [`${place}: session tickets with a key that is never changed`]),
    ...(WEAK_SUITES.test(suites) ? [`${place}: ciphersuites ${suites}`] : []),
  ];
}

const wordsOf = (global: readonly Directive[], keyword: string): readonly string[] =>
  global.findLast(({ words }) => words[0] === keyword)?.words.slice(1) ?? [];

const after = (words: readonly string[], name: string): string | undefined =>
  words.includes(name) ? words[words.lastIndexOf(name) + 1] : undefined;

const weakIn = (ciphers: string): readonly string[] =>
  ciphers.split(/[:, ]+/).filter((name) => !/^[!-]/.test(name) && WEAK.test(name));
