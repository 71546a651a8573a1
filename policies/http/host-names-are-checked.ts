import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { isApi } from "../facts/apis.ts";
import { variableOf } from "../facts/environment.ts";
import { entrances, isHttp, refusals, titleOf } from "../facts/haproxy.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

const NAMES = ["ALLOWED_HOSTS", "TRUSTED_HOSTS"];

export const hostNamesAreChecked = definePolicy({
  id: "HTP-004",
  severity: "medium",
  elsewhere: "low",
  title: "requests for other host names are refused",
  why: "A page of somebody else's name that resolves to this machine is of one origin with the service: the browser then reads everything from it (DNS rebinding).",
  avoid: `image: exploreiot/backend:1.0
environment: {ALLOWED_HOSTS: "*"}`,
  prefer: `image: exploreiot/backend:1.0
environment: {ALLOWED_HOSTS: iot.example.org}`,
  allowed: "ALLOWED_HOSTS with names and without *, or an edge that refuses by the Host header",
  fix: "list the names that users type",
  words: { site: { fix: "list the names that users type in hosts of the configuration" } },
  source: "OWASP, DNS rebinding; FastAPI, TrustedHostMiddleware",
  looksAt: [...RUNS, "file/haproxy.cfg"],
  where: (resource, stack) =>
    resource.type === "file/haproxy.cfg" || kindOf(resource, stack) === "frontend" || isApi(resource, stack),
  check: (resource, stack) =>
    resource.type === "file/haproxy.cfg" ? inProxy(resource) : inEnvironment(resource, stack),
});

function inEnvironment(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const found = NAMES.map((name) => variableOf(resource, name)).find((variable) => variable !== undefined);
  if (found === undefined)
    return isUnguarded(stack) ? ["ALLOWED_HOSTS is not set, and no edge checks the Host header"] : [];
  const { name, value } = found;
  if (value === undefined) return [unknown(`${name} is known only at apply`)];
  const hosts = value
    .replace(/^\[|\]$/g, "")
    .split(/[\s,]+/)
    .map((host) => host.replace(/["']/g, ""));
  if (hosts.every((host) => host === "")) return [`${name} is empty`];
  return hosts.includes("*") ? [`${name} holds "*"`] : [];
}

/** A server on a developer's machine may leave it to its own defaults. */
const isUnguarded = (stack: StackDocument) =>
  stack.environment === "production" &&
  !stack.of(["file/haproxy.cfg"]).some((file) => entrances(haproxyCfg(file)).some(checksHost));

const inProxy = (file: Resource): readonly string[] =>
  entrances(haproxyCfg(file))
    .filter(isHttp)
    .flatMap((section) => (checksHost(section) ? [] : [`${titleOf(section)} refuses no host name`]));

/** A refusal unless the host is one of a list. */
const checksHost = (section: Section) =>
  refusals(section).some(
    ({ condition }) =>
      /hdr(_dom|_beg|_end|_reg)?\(host\)/i.test(condition) &&
      !/ -m found \}/.test(condition) &&
      /^(unless|if !)/.test(condition.replace(/^(unless|if) \{ !/, "if !")),
  );
