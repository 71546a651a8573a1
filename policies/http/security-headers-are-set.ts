import {
  actionOf,
  answerHeader,
  carriesHttp,
  entrances,
  isDefault,
  isHttp,
  isUnconditional,
  titleOf,
} from "../facts/haproxy.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy, type Evidence } from "../policy.ts";
import { show } from "../values.ts";

const HEADERS: readonly (readonly [string, RegExp])[] = [
  ["X-Content-Type-Options", /^nosniff$/i],
  ["X-Frame-Options", /^(deny|sameorigin)$/i],
  ["Referrer-Policy", /^(no-referrer|same-origin|strict-origin|strict-origin-when-cross-origin)$/i],
];

export const securityHeadersAreSet = definePolicy({
  id: "HTP-005",
  severity: "medium",
  elsewhere: "low",
  title: "the edge sets the security headers of every answer",
  why: "Answers of every backend get them at the edge, also the edge's own errors. Which scripts a page may run only the page's server knows, so the content security policy is left to it.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    http-after-response set-header X-Content-Type-Options nosniff
    http-after-response set-header X-Frame-Options DENY
    http-after-response set-header Referrer-Policy strict-origin-when-cross-origin
    default_backend web`,
  allowed:
    "X-Content-Type-Options nosniff, X-Frame-Options DENY or SAMEORIGIN, Referrer-Policy, without conditions or unless the server set its own",
  fix: "add http-after-response set-header for each",
  source: "OWASP Secure Headers Project",
  looksAt: ["file/haproxy.cfg"],
  check: (file) => entrances(haproxyCfg(file)).filter(carriesHttp).flatMap(problems),
});

function problems(section: Section): readonly Evidence[] {
  if (!isHttp(section)) return [`${titleOf(section)} has no mode http, so it sets no headers`];
  const policy = answerHeader(section, "content-security-policy").length > 0;
  return [
    ...HEADERS.flatMap(([name, allowed]) => header(section, name, allowed)),
    ...(policy
      ? []
      : [
          {
            notEnforceable:
              "Content-Security-Policy is left to the servers behind the edge: curl -I shows it",
          },
        ]),
  ];
}

function header(section: Section, name: string, allowed: RegExp): readonly string[] {
  const last = answerHeader(section, name)
    .filter((found) => isUnconditional(found) || isDefault(found))
    .at(-1);
  if (last === undefined) return [`${titleOf(section)} sets no ${name}`];
  const value = actionOf(last).slice(3).join(" ");
  return allowed.test(value) ? [] : [`line ${last.line}: ${name} is ${show(value)}`];
}
