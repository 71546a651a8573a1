import { actionOf, directives, entrances, isHttp, isUnconditional, titleOf } from "../facts/haproxy.ts";
import { type Directive, haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

/** Headers that servers behind an edge believe about the client, its user, and how it was called. */
const NAMES = [
  ...["For", "Host", "Port", "Prefix", "Proto", "User"].map((name) => `X-Forwarded-${name}`),
  ...["Forwarded", "X-Real-IP", "Proxy"],
];

export const clientsDoNotSayWhoTheyAre = definePolicy({
  id: "HTP-016",
  severity: "high",
  elsewhere: "low",
  title: "the edge says who the client is, and drops what clients say about it",
  why: "Servers behind the edge believe these headers. Passed on, they let a client choose its address, its user, or the proxy that a CGI program asks (httpoxy).",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    http-request add-header X-Forwarded-For %[src]
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    http-request del-header X-Forwarded -m beg
    http-request del-header Forwarded
    http-request del-header X-Real-IP
    http-request del-header Proxy
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto https
    default_backend web`,
  allowed: `del-header or set-header, for every request, of ${NAMES.join(", ")}; then X-Forwarded-For with the source, and X-Forwarded-Proto`,
  fix: "add http-request del-header X-Forwarded -m beg and the others, then set-header X-Forwarded-For %[src]",
  source: "RFC 7239, 8.1; httpoxy.org; HAProxy Configuration Manual 2.6, 4.2",
  looksAt: ["file/haproxy.cfg"],
  check: (file) => entrances(haproxyCfg(file)).filter(isHttp).flatMap(problems),
});

function problems(section: Section): readonly string[] {
  const rules = directives(section, "http-request");
  const kept = NAMES.filter((name) => !rules.some((rule) => isForAll(rule) && takesAway(rule, name)));
  const addsSource = directives(section, "option", "forwardfor").length > 0;
  return [
    ...kept.map((name) => `${titleOf(section)} passes ${name} of clients on`),
    ...(addsSource || says(rules, "X-Forwarded-For", /^(%\[src\b.*\]|%ci)$/)
      ? []
      : [`${titleOf(section)} does not set X-Forwarded-For to the source`]),
    ...(says(rules, "X-Forwarded-Proto", /^(https?|%\[.*\])$/)
      ? []
      : [`${titleOf(section)} does not set X-Forwarded-Proto`]),
  ];
}

/** A load balancer in front may be believed by its address. */
const isForAll = (rule: Directive) =>
  isUnconditional(rule) || /^(if ! ?|unless )\{ src /.test(conditionText(rule));

const conditionText = (rule: Directive) => rule.words.slice(actionOf(rule).length).join(" ");

function takesAway(rule: Directive, name: string): boolean {
  const [, action, header = "", option, method] = actionOf(rule);
  const [given, wanted] = [header.toLowerCase(), name.toLowerCase()];
  if (action === "set-header") return given === wanted;
  if (action !== "del-header") return false;
  if (option !== "-m" || method === "str") return given === wanted;
  if (method === "beg") return wanted.startsWith(given);
  return method === "reg" && new RegExp(header, "i").test(name);
}

/** Whether the last word about a header is a value of the edge's own. */
function says(rules: readonly Directive[], name: string, value: RegExp): boolean {
  const last = rules.findLast((rule) => takesAway(rule, name));
  return last?.words[1] === "set-header" && value.test(actionOf(last).slice(3).join(" "));
}
