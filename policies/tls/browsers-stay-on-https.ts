import type { StackDocument } from "../document.ts";
import { hasClearTextPages } from "../facts/clear-text.ts";
import {
  answerHeader,
  binds,
  directives,
  entrances,
  isHttp,
  isTls,
  isUnconditional,
  titleOf,
} from "../facts/haproxy.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

const YEAR = 365 * 24 * 3600;

export const browsersStayOnHttps = definePolicy({
  id: "TLS-009",
  severity: "medium",
  title: "HTTP leads to HTTPS, and browsers remember it",
  why: "The first request of a browser that was told a bare name is in clear text, and anyone who answers it first wins. HSTS keeps ports: where the same name also has ports in clear text, browsers could not open them any more.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    http-after-response set-header Strict-Transport-Security max-age=63072000
    default_backend web`,
  allowed:
    "Strict-Transport-Security with a max-age of a year or more in every answer over TLS; a redirect to https for all that comes in clear text",
  fix: "add http-after-response set-header Strict-Transport-Security max-age=63072000, and http-request redirect scheme https",
  source: "RFC 6797; OWASP HTTP Strict Transport Security Cheat Sheet",
  enforcedIn: ["production"],
  looksAt: ["file/haproxy.cfg"],
  check: (file, stack) =>
    entrances(haproxyCfg(file))
      .filter(isHttp)
      .flatMap((section) => problems(section, stack)),
});

function problems(section: Section, stack: StackDocument): readonly string[] {
  const plain = binds(section).filter(
    (bind) => !isTls(bind) && !/^(127\.|\[::1\]|abns@|unix@|\/)/.test(bind.words[1] ?? ""),
  );
  const leads = directives(section, "http-request", "redirect", "scheme", "https").length > 0;
  return [
    ...(leads ? [] : plain.map(({ line }) => `${titleOf(section)}: line ${line} takes requests without TLS`)),
    ...(binds(section).some(isTls) && !hasClearTextPages(stack) ? hsts(section) : []),
  ];
}

function hsts(section: Section): readonly string[] {
  const headers = answerHeader(section, "strict-transport-security").filter(isUnconditional);
  const last = headers.at(-1);
  if (last === undefined) return [`${titleOf(section)} sets no Strict-Transport-Security`];
  const value = last.words.slice(3).join(" ");
  const age = Number(/max-age=(\d+)/i.exec(value)?.[1]);
  return age >= YEAR ? [] : [`line ${last.line}: Strict-Transport-Security is ${value}`];
}
