import type { Environment, Resource } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { variablesOf } from "../facts/environment.ts";
import { answerHeader, entrances } from "../facts/haproxy.ts";
import { isOriginList, originsOf } from "../facts/origins.ts";
import { RUNS } from "../facts/services.ts";
import { haproxyCfg } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

export const originsAreListed = definePolicy({
  id: "HTP-001",
  severity: "high",
  title: "origins that may call the API are listed one by one",
  why: "Every page that a user has open may call an API that allows all origins, with what the user's network may reach.",
  avoid: 'environment: {CORS_ORIGINS: "*"}',
  prefer: 'environment: {CORS_ORIGINS: "https://dashboard.example.org"}',
  allowed: "origins such as https://dashboard.example.org, in production with https; neither * nor null",
  fix: "list the origins one by one",
  words: { site: { fix: "list the origins in http.corsOrigins of the configuration" } },
  source: "Fetch Standard, CORS protocol; FastAPI, CORSMiddleware",
  looksAt: [...RUNS, "file/haproxy.cfg"],
  where: (resource) => resource.type === "file/haproxy.cfg" || variablesOf(resource).some(isOriginList),
  check: (resource, stack) =>
    resource.type === "file/haproxy.cfg" ? inProxy(resource) : inEnvironment(resource, stack.environment),
});

const inEnvironment = (resource: Resource, environment: Environment): readonly Evidence[] =>
  variablesOf(resource)
    .filter(isOriginList)
    .flatMap(({ name, value }): readonly Evidence[] =>
      value === undefined
        ? [unknown(`${name} is known only at apply`)]
        : originsOf(value)
            .filter((origin) => !isAllowed(origin, environment))
            .map((origin) => `${name} holds ${show(origin)}`),
    );

/** In clear text only between programs of one machine. */
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

const isAllowed = (origin: string, environment: Environment) =>
  /^https:\/\/[^/\s*?#]+$/.test(origin) ||
  LOOPBACK.test(origin) ||
  (environment === "local" && /^http:\/\/[^/\s*?#]+$/.test(origin));

const inProxy = (file: Resource): readonly string[] =>
  entrances(haproxyCfg(file)).flatMap((section) =>
    answerHeader(section, "access-control-allow-origin")
      .filter(({ words }) => words[3] === "*" || words[3] === "null")
      .map(({ line, words }) => `line ${line}: Access-Control-Allow-Origin is ${show(words[3])}`),
  );
