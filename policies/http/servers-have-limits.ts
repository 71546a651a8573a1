import type { Resource } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { commandOf, optionOf, variablesOf } from "../facts/environment.ts";
import { directives, entrances, globals, titleOf } from "../facts/haproxy.ts";
import { RUNS } from "../facts/services.ts";
import { runsUvicorn } from "../facts/uvicorn.ts";
import { type Directive, haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

const SOCKETS = /^MAX_(SOCKETS|WS_CONNECTIONS|CONNECTIONS)(_PER_CLIENT)?$/;

/** Timeouts that end a tunnel whose other end is gone: the tunnel's own time is made for quiet sockets. */
const HALF_CLOSED = ["client-fin", "server-fin"];
const TIMEOUTS = ["connect", "client", "server", "http-request"];

export const serversHaveLimits = definePolicy({
  id: "HTP-012",
  severity: "low",
  title: "connections and their time are limited",
  why: "Connections cost memory even if nothing is sent over them: slow clients are the cheapest attack.",
  avoid: "command: uvicorn app:app --host 0.0.0.0",
  prefer: "command: uvicorn app:app --host 0.0.0.0 --limit-concurrency 200 --timeout-keep-alive 5",
  allowed:
    "uvicorn with --limit-concurrency and --timeout-keep-alive; MAX_SOCKETS above 0; HAProxy with maxconn in global timeouts connect, client, server and http-request, client-fin and server-fin with tunnel, none of them 0, at most 256 headers and streams",
  fix: "set them",
  source: "uvicorn documentation, settings; HAProxy Configuration Manual 2.6, timeouts",
  looksAt: [...RUNS, "file/haproxy.cfg"],
  where: (resource) =>
    resource.type === "file/haproxy.cfg" ||
    runsUvicorn(resource) ||
    variablesOf(resource).some(({ name }) => SOCKETS.test(name)),
  check: (resource) => (resource.type === "file/haproxy.cfg" ? inProxy(resource) : inContainer(resource)),
});

function inContainer(resource: Resource): readonly Evidence[] {
  const words = commandOf(resource);
  return [
    ...["--limit-concurrency", "--timeout-keep-alive"]
      .filter((name) => runsUvicorn(resource) && !(Number(optionOf(words, name)) > 0))
      .map((name) => `the command has ${name} ${show(optionOf(words, name))}`),
    ...variablesOf(resource)
      .filter(({ name, value }) => SOCKETS.test(name) && !(Number(value) > 0))
      .map(({ name, value }) =>
        value === undefined ? unknown(`${name} is known only at apply`) : `${name} is ${show(value)}`,
      ),
  ];
}

function inProxy(file: Resource): readonly string[] {
  const sections = haproxyCfg(file);
  const maximum = globals(sections).findLast(({ words }) => words[0] === "maxconn")?.words[1];
  return [
    ...(Number(maximum) > 0 ? [] : [`maxconn of global is ${show(maximum)}`]),
    ...sizes(globals(sections)),
    ...entrances(sections).flatMap((section) => timeouts(section)),
    ...sections.flatMap(endless),
  ];
}

/** Bounds that HAProxy has by itself, so that only a higher one counts. */
const SIZES: readonly (readonly [RegExp, number])[] = [
  [/^tune\.http\.maxhdr$/, 256],
  [/^tune\.h2\.(fe\.)?max-concurrent-streams$/, 256],
];

const sizes = (global: readonly Directive[]): readonly string[] =>
  SIZES.flatMap(([name, maximum]) =>
    global
      .filter(({ words: [keyword = "", value] }) => name.test(keyword) && !(Number(value) <= maximum))
      .map(({ line, words }) => `line ${line}: ${words.join(" ")}`),
  );

/** 0 is for ever. Timeouts that have to be there are judged where they count. */
const endless = (section: Section): readonly string[] =>
  section.directives
    .filter(({ words: [keyword, name = "", value = ""] }) => {
      return keyword === "timeout" && !TIMEOUTS.includes(name) && /^0+(us|ms|s|m|h|d)?$/.test(value);
    })
    .map(({ line, words }) => `line ${line}: ${words.join(" ")}`);

/** `server` and `connect` belong to backends, which share the defaults. */
const timeouts = (section: Section): readonly string[] =>
  [...TIMEOUTS, ...(directives(section, "timeout", "tunnel").length > 0 ? HALF_CLOSED : [])]
    .filter((name) => !/^[1-9]/.test(directives(section, "timeout", name).at(-1)?.words[2] ?? ""))
    .map((name) => `${titleOf(section)} has no timeout ${name}`);
