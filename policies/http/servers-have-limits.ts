import type { Resource } from "../document.ts";
import { variablesOf } from "../environment.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { directives, entrances, globals, titleOf } from "../haproxy.ts";
import { definePolicy } from "../policy.ts";
import { RUNS } from "../services.ts";
import { runsUvicorn } from "../uvicorn.ts";
import { show } from "../values.ts";
import { commandOf, optionOf } from "../variables.ts";

const SOCKETS = /^MAX_(SOCKETS|WS_CONNECTIONS|CONNECTIONS)(_PER_CLIENT)?$/;
const TIMEOUTS = ["connect", "client", "server", "http-request"];

/**
 * Connections cost memory even if nothing is sent over them: slow clients are the cheapest attack.
 */
export const serversHaveLimits = definePolicy({
  id: "HTP-012",
  severity: "low",
  title: "connections and their time are limited",
  allowed:
    "uvicorn with --limit-concurrency and --timeout-keep-alive; MAX_SOCKETS above 0; HAProxy with maxconn in global and timeouts connect, client, server and http-request",
  fix: "set them",
  source: "uvicorn documentation, settings; HAProxy Configuration Manual 2.6, timeouts",
  looksAt: [...RUNS, "file/haproxy.cfg"],
  where: (resource) =>
    resource.type === "file/haproxy.cfg" ||
    runsUvicorn(resource) ||
    variablesOf(resource).some(({ name }) => SOCKETS.test(name)),
  check: (resource) => (resource.type === "file/haproxy.cfg" ? inProxy(resource) : inContainer(resource)),
});

function inContainer(resource: Resource): readonly string[] {
  const words = commandOf(resource);
  return [
    ...["--limit-concurrency", "--timeout-keep-alive"]
      .filter((name) => runsUvicorn(resource) && !(Number(optionOf(words, name)) > 0))
      .map((name) => `the command has ${name} ${show(optionOf(words, name))}`),
    ...variablesOf(resource)
      .filter(({ name, value }) => SOCKETS.test(name) && !(Number(value) > 0))
      .map(({ name, value }) => `${name} is ${value === undefined ? "known only at apply" : show(value)}`),
  ];
}

function inProxy(file: Resource): readonly string[] {
  const sections = haproxyCfg(file);
  const maximum = globals(sections).findLast(({ words }) => words[0] === "maxconn")?.words[1];
  return [
    ...(Number(maximum) > 0 ? [] : [`maxconn of global is ${show(maximum)}`]),
    ...entrances(sections).flatMap((section) => timeouts(section)),
  ];
}

/** `server` and `connect` belong to backends, which share the defaults. */
const timeouts = (section: Section): readonly string[] =>
  TIMEOUTS.filter((name) => !/^[1-9]/.test(directives(section, "timeout", name).at(-1)?.words[2] ?? "")).map(
    (name) => `${titleOf(section)} has no timeout ${name}`,
  );
