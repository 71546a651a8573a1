import { binds, directives, entrances, isHttp, titleOf } from "../facts/haproxy.ts";
import { alternatives, refusedIf, type Term, testsAll } from "../facts/haproxy-conditions.ts";
import { type Directive, haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

const MAX_SECONDS = 60;

export const bodiesArriveInTime = definePolicy({
  id: "HTP-018",
  severity: "medium",
  elsewhere: "low",
  title: "the edge waits a short time for bodies, and over HTTP/2 too it wants their length",
  why: "A body that comes byte by byte holds a connection to the server behind. HTTP/2 has bodies without a length and without Transfer-Encoding: only what has arrived shows them.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    http-request wait-for-body time 5s
    http-request return status 411 if !{ req.hdr(content-length) -m found } { req.body_len gt 0 }
    default_backend web`,
  allowed: `http-request wait-for-body time of ${MAX_SECONDS} s or less, for POST, PUT and PATCH at least, or option http-buffer-request; with h2 a refusal of { req.body_len gt 0 } without content-length`,
  fix: "add http-request wait-for-body time 5s, then return status 411 if !{ req.hdr(content-length) -m found } { req.body_len gt 0 }",
  source: "HAProxy Configuration Manual 2.6, wait-for-body and req.body_len; RFC 9113, 8.1.1",
  enforcedIn: ["production"],
  looksAt: ["file/haproxy.cfg"],
  check: (file) => entrances(haproxyCfg(file)).filter(isHttp).flatMap(problems),
});

const problems = (section: Section): readonly string[] => [
  ...(isTimed(section) ? [] : [`${titleOf(section)} waits for bodies as long as they come`]),
  ...(binds(section).some(speaksH2) && !refusedIf(section).some(isOfNoLength)
    ? [`${titleOf(section)} takes bodies without a length over HTTP/2`]
    : []),
];

const isTimed = (section: Section) =>
  directives(section, "option", "http-buffer-request").length > 0 ||
  directives(section, "http-request", "wait-for-body", "time").some(
    (rule) => secondsOf(rule.words[3] ?? "") <= MAX_SECONDS && concernsUploads(rule, section),
  );

const concernsUploads = (rule: Directive, section: Section) =>
  alternatives(rule, section).some((terms) =>
    terms.every(
      ({ negated, tests }) =>
        !negated && ["POST", "PUT", "PATCH"].every((method) => tests.some((test) => test.includes(method))),
    ),
  );

const speaksH2 = ({ words }: Directive) =>
  words.includes("alpn") && (words[words.indexOf("alpn") + 1] ?? "").split(",").includes("h2");

/** A body, and perhaps no content-length; nothing else that would let some pass. */
const isOfNoLength = (terms: readonly Term[]) =>
  terms.some((term) => !term.negated && testsAll(term, /^req\.body_len (-m int )?gt 0$/)) &&
  terms.every(
    (term) =>
      testsAll(term, /^req\.body_len /) || (term.negated && testsAll(term, /hdr\w*\(content-length\)/i)),
  );

const UNITS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 };

/** Milliseconds unless a unit is said. NaN for what is no time. */
function secondsOf(text: string): number {
  const [, number, unit = "ms"] = /^(\d+)(us|ms|s|m|h|d)?$/.exec(text) ?? [];
  return Number(number) * (UNITS[unit] ?? Number.NaN);
}
