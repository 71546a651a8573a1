import { directives, entrances, isHttp, isUnconditional, titleOf } from "../facts/haproxy.ts";
import { type Alternative, refusedIf, type Term, testsAll } from "../facts/haproxy-conditions.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

export const socketsOpenForOwnPages = definePolicy({
  id: "HTP-019",
  severity: "medium",
  elsewhere: "low",
  title: "the edge upgrades connections on the paths of sockets alone, and for listed origins",
  why: "Browsers ask nobody before they open a WebSocket: any page does it in the name of the user who has it open. An upgrade elsewhere is a tunnel to the server behind, past every rule about requests.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    http-request deny if { req.hdr(upgrade) -m found } !{ path /ws }
    http-request deny if { req.hdr(upgrade) -m found } !{ req.hdr(origin) -m str -i https://iot.example.org }
    default_backend web`,
  allowed:
    "a refusal of requests with an Upgrade header that are for another path, and of those of another origin, programs apart: without Origin, or with X-API-Key; or of all of them",
  fix: "add http-request deny if { req.hdr(upgrade) -m found } !{ path /ws }, and one with !{ req.hdr(origin) -m str -i https://… }",
  source: "RFC 6455, 10.2; OWASP WSTG-CLNT-10",
  enforcedIn: ["production"],
  looksAt: ["file/haproxy.cfg"],
  check: (file) => entrances(haproxyCfg(file)).filter(isHttp).flatMap(problems),
});

function problems(section: Section): readonly string[] {
  const isDropped = directives(section, "http-request", "del-header").some(
    (rule) => rule.words[2]?.toLowerCase() === "upgrade" && isUnconditional(rule),
  );
  const cases = refusedIf(section).filter((terms) => terms.some(isUpgrade));
  if (isDropped || cases.some(({ length }) => length === 1)) return [];
  const unless = (pattern: RegExp, also?: RegExp) =>
    cases.some((terms) => isRefusedUnless(terms, pattern, also));
  return [
    ...(unless(/^(path|path_beg|path_dir|path_reg)\b/)
      ? []
      : [`${titleOf(section)} upgrades connections on every path`]),
    ...(unless(ORIGIN, PROGRAM)
      ? []
      : [`${titleOf(section)} upgrades connections for pages of every origin`]),
  ];
}

const ORIGIN = /hdr(?!_cnt)\w*\(origin\)(?!.*-m found)/i;

/** Tests that no page can pass: its browser sends an Origin, and gives it no way to set a header of the handshake. */
const PROGRAM = /^req\.(hdr_cnt\(origin\) eq 0|hdr\(x-api-key\) -m found)$/i;

const isUpgrade = (term: Term) => !term.negated && testsAll(term, /hdr\w*\(upgrade\)/i);

/** An upgrade, and not this; nothing else that would let some pass, but for what may be there also. */
function isRefusedUnless(terms: Alternative, pattern: RegExp, also: RegExp = pattern): boolean {
  const isNot = (term: Term, tested: RegExp) => term.negated && testsAll(term, tested);
  return (
    terms.some((term) => isNot(term, pattern)) &&
    terms.every((term) => isUpgrade(term) || isNot(term, pattern) || isNot(term, also))
  );
}
