import { directives, entrances, isHttp, titleOf } from "../facts/haproxy.ts";
import { refusedIf, type Term } from "../facts/haproxy-conditions.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

export const onlyOrdinaryRequestsPass = definePolicy({
  id: "HTP-017",
  severity: "medium",
  elsewhere: "low",
  title: "the edge refuses TRACE, CONNECT and headers with odd names",
  why: "TRACE repeats headers that a page must not read, CONNECT asks for a tunnel, and `x_api_key` is `x-api-key` to servers that make variables of headers.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    option http-restrict-req-hdr-names delete
    http-request return status 405 if { method TRACE CONNECT }
    default_backend web`,
  allowed:
    "a refusal if { method TRACE CONNECT }, or unless { method … } without them; option http-restrict-req-hdr-names delete or reject",
  fix: "add http-request return status 405 if { method TRACE CONNECT } and option http-restrict-req-hdr-names delete",
  source: "OWASP WSTG-CONF-06; HAProxy Configuration Manual 2.6, http-restrict-req-hdr-names",
  enforcedIn: ["production"],
  looksAt: ["file/haproxy.cfg"],
  check: (file) => entrances(haproxyCfg(file)).filter(isHttp).flatMap(problems),
});

function problems(section: Section): readonly string[] {
  const cases = refusedIf(section);
  const names = directives(section, "option", "http-restrict-req-hdr-names").at(-1)?.words[2];
  return [
    ...["TRACE", "CONNECT"]
      .filter((method) => !cases.some(([term, ...more]) => more.length === 0 && term && stops(term, method)))
      .map((method) => `${titleOf(section)} lets ${method} through`),
    ...(["delete", "reject"].includes(names ?? "")
      ? []
      : [`${titleOf(section)}: http-restrict-req-hdr-names is ${names ?? "not set"}`]),
  ];
}

const stops = ({ negated, tests }: Term, method: string): boolean =>
  negated
    ? tests.every((test) => /^(method|METH_)/.test(test) && !test.includes(method))
    : tests.some((test) => /^(method|METH_)/.test(test) && test.includes(method));
