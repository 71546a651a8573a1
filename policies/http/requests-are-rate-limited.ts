import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { isApi } from "../facts/apis.ts";
import { variablesOf } from "../facts/environment.ts";
import { carriesHttp, entrances, titleOf } from "../facts/haproxy.ts";
import { refusesBy } from "../facts/haproxy-counters.ts";
import { RUNS } from "../facts/services.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

const LIMIT = /^(\w+_)?RATE_?LIMIT(_\w+)?$/;

export const requestsAreRateLimited = definePolicy({
  id: "HTP-003",
  severity: "medium",
  elsewhere: "low",
  title: "requests are limited for each client",
  why: "Without a limit one client keeps the service from all others, and tries passwords as fast as it answers.",
  avoid: `image: exploreiot/backend:1.0
environment: {RATE_LIMIT_PER_MINUTE: "0"}`,
  prefer: `image: exploreiot/backend:1.0
environment: {RATE_LIMIT_PER_MINUTE: "60"}`,
  allowed:
    "a variable such as RATE_LIMIT_PER_MINUTE above 0 or RATE_LIMIT 30/minute, or an edge that counts the rate of requests (http_req_rate, gpc0_rate) for each source and refuses",
  fix: "set a limit in the application, or at the edge",
  words: { site: { fix: "set http.rateLimitPerMinute in the configuration" } },
  source: "OWASP API Security Top 10 2023, API4",
  enforcedIn: ["production"],
  looksAt: [...RUNS, "file/haproxy.cfg"],
  where: (resource, stack) => resource.type === "file/haproxy.cfg" || isApi(resource, stack),
  check: (resource, stack) =>
    resource.type === "file/haproxy.cfg" ? inProxy(resource) : inEnvironment(resource, stack),
});

function inEnvironment(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const limits = variablesOf(resource).filter(
    ({ name }) => LIMIT.test(name) && !/(ENABLED|STORAGE|URL)/.test(name),
  );
  const isLimitedBefore = () =>
    stack
      .of(["file/haproxy.cfg"])
      .map(haproxyCfg)
      .some((sections) => entrances(sections).some((entrance) => isLimited(entrance, sections)));
  if (limits.length === 0) return isLimitedBefore() ? [] : ["no variable sets a rate limit"];
  return limits.flatMap(({ name, value }): readonly Evidence[] => {
    if (value === undefined) return [unknown(`${name} is known only at apply`)];
    return /^[1-9]\d*(\s*(\/|per)\s*\d*\s*(second|minute|hour|day)s?)?$/.test(value)
      ? []
      : [`${name} is ${show(value)}`];
  });
}

function inProxy(file: Resource): readonly string[] {
  const sections = haproxyCfg(file);
  return entrances(sections)
    .filter(carriesHttp)
    .flatMap((section) =>
      isLimited(section, sections) ? [] : [`${titleOf(section)} refuses nobody for the rate of requests`],
    );
}

const COUNTERS = ["http_req_rate", "gpc0_rate", "gpc1_rate", "gpc_rate"];

const isLimited = (section: Section, sections: readonly Section[]) => refusesBy(section, COUNTERS, sections);
