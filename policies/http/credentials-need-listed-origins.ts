import type { Resource } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { firstValue, isOn, variablesOf } from "../facts/environment.ts";
import { answerHeader, entrances, isUnconditional } from "../facts/haproxy.ts";
import { isOriginList, originsOf } from "../facts/origins.ts";
import { RUNS } from "../facts/services.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

const CREDENTIALS = ["CORS_ALLOW_CREDENTIALS", "CORS_CREDENTIALS", "ALLOW_CREDENTIALS"];

export const credentialsNeedListedOrigins = definePolicy({
  id: "HTP-002",
  severity: "high",
  title: "credentials are allowed to listed origins alone",
  why: "Frameworks answer a wildcard with credentials by repeating the caller's origin: any page then acts as the user who has it open.",
  avoid: 'environment: {CORS_ORIGINS: "*", CORS_ALLOW_CREDENTIALS: "true"}',
  prefer: 'environment: {CORS_ORIGINS: "https://dashboard.example.org", CORS_ALLOW_CREDENTIALS: "true"}',
  allowed:
    "Access-Control-Allow-Credentials where the allowed origin is neither a wildcard nor the one that was sent",
  fix: "list the origins, or allow no credentials",
  source: "Fetch Standard, CORS protocol and credentials; FastAPI, CORSMiddleware",
  looksAt: [...RUNS, "file/haproxy.cfg"],
  where: (resource) => resource.type === "file/haproxy.cfg" || isOn(firstValue(resource, CREDENTIALS)),
  check: (resource) =>
    resource.type === "file/haproxy.cfg"
      ? entrances(haproxyCfg(resource)).flatMap(inSection)
      : inEnvironment(resource),
});

const inEnvironment = (resource: Resource): readonly Evidence[] =>
  variablesOf(resource)
    .filter(isOriginList)
    .filter(
      ({ value }) => value === undefined || originsOf(value).some((origin) => /\*|^\.[*+]/.test(origin)),
    )
    .map(({ name, value }) =>
      value === undefined
        ? unknown(`credentials are allowed, and ${name} is known only at apply`)
        : `credentials are allowed, and ${name} is ${value}`,
    );

function inSection(section: Section): readonly string[] {
  if (answerHeader(section, "access-control-allow-credentials").length === 0) return [];
  return answerHeader(section, "access-control-allow-origin")
    .filter((header) => header.words[3] === "*" || (isUnconditional(header) && isEcho(header.words[3] ?? "")))
    .map(({ line }) => `line ${line}: credentials are allowed to every origin`);
}

const isEcho = (value: string) => /^%\[(req\.f?hdr\(origin\)|capture)/i.test(value);
