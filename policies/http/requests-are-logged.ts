import { directives, entrances, globals, isHttp, titleOf } from "../facts/haproxy.ts";
import { withVariables } from "../facts/haproxy-conditions.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

/** `%r` and `%{+Q}HU`: the request's line, its address, and the query alone. */
const WITH_QUERY = /%(\{[^}]*\})?(r|HU|HQ|HPO)(?![A-Za-z])/;
const FETCHES =
  /(^|[\s[,])(capture\.req\.uri|url|pathq|baseq|query|url_param|urlp|req\.f?hdr\((authorization|cookie|x-api-key)\))/i;

export const requestsAreLogged = definePolicy({
  id: "HTP-021",
  severity: "medium",
  elsewhere: "low",
  title: "the edge logs each request with its client, and without query strings and credentials",
  why: "Without a line for each request nobody sees an attack, nor whom it hit. Query strings carry tokens, of sockets above all, and logs are read by more people than passwords.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    log stdout format raw local0
    option httplog
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    log stdout format raw local0
    http-request set-var(txn.path) path
    log-format "%ci %HM %[var(txn.path)] %ST"
    default_backend web`,
  allowed:
    "a log line, and a log-format with %ci that uses path rather than %r, %HU, %HQ, url or query; not option httplog, which logs them",
  fix: "write log stdout format raw local0, and a log-format with %[path]",
  source: "OWASP Top 10 2021, A09; HAProxy Configuration Manual 2.6, 8.2.4",
  looksAt: ["file/haproxy.cfg"],
  check: (file) => {
    const sections = haproxyCfg(file);
    const hasGlobal = globals(sections).some(({ words }) => words[0] === "log");
    return entrances(sections)
      .filter(isHttp)
      .flatMap((section) => [
        ...(isLogged(section, hasGlobal) ? [] : [`${titleOf(section)} logs nothing`]),
        ...inFormat(section),
      ]);
  },
});

/** `no log` takes back what stood before it. */
function isLogged(section: Section, hasGlobal: boolean): boolean {
  const all = [...(section.defaults?.directives ?? []), ...section.directives];
  const from = all.findLastIndex(({ words: [no, log] }) => no === "no" && log === "log") + 1;
  return all.slice(from).some(({ words: [log, to] }) => log === "log" && (to !== "global" || hasGlobal));
}

function inFormat(section: Section): readonly string[] {
  const format = directives(section, "log-format").at(-1);
  if (format === undefined) {
    const [standard] = [
      ...directives(section, "option", "httplog"),
      ...directives(section, "option", "httpslog"),
    ];
    return [
      standard === undefined
        ? `${titleOf(section)} has no log-format, so no request is named`
        : `line ${standard.line}: ${standard.words.join(" ")} logs query strings`,
    ];
  }
  const text = format.words.slice(1).join(" ");
  const fetched = [...text.matchAll(/%(?:\{[^}]*\})?\[([^\]]*)\]/g)].map(([, fetch = ""]) =>
    withVariables(fetch, section),
  );
  return [
    ...(/%ci\b/.test(text) || fetched.some((fetch) => /^src\b/.test(fetch))
      ? []
      : [`line ${format.line}: log-format names no client`]),
    ...(WITH_QUERY.test(text) || fetched.some((fetch) => FETCHES.test(fetch))
      ? [`line ${format.line}: log-format holds query strings or credentials`]
      : []),
  ];
}
