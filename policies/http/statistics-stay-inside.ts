import { directives, entrances, globals, titleOf } from "../facts/haproxy.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

export const statisticsStayInside = definePolicy({
  id: "HTP-022",
  severity: "high",
  title: "statistics and the control socket of the edge are not where users come in",
  why: "Statistics name every server, its load and its errors; the socket, and a page with `stats admin`, also change them.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    stats enable
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    default_backend web

frontend metrics
    bind 127.0.0.1:8404
    http-request use-service prometheus-exporter if { path /metrics }`,
  allowed:
    "stats and prometheus-exporter in a frontend of their own, which leads to no server; stats socket as a file or on loopback; no stats admin",
  fix: "move them to a frontend with a port of its own that is not published",
  source: "HAProxy Configuration Manual 2.6, stats socket, stats admin and use-service",
  looksAt: ["file/haproxy.cfg"],
  check: (file) => {
    const sections = haproxyCfg(file);
    return [
      ...globals(sections)
        .filter(
          ({ words: [stats, socket, place = ""] }) =>
            stats === "stats" && socket === "socket" && isOpen(place),
        )
        .map(({ line, words }) => `line ${line}: stats socket ${words[2]}`),
      ...entrances(sections).flatMap(shown),
      ...sections
        .flatMap((section) => section.directives)
        .filter(({ words: [stats, admin] }) => stats === "stats" && admin === "admin")
        .map(({ line }) => `line ${line}: stats admin`),
    ];
  },
});

/** `:9999` and `*:9999` are every address; a path, `unix@` or `fd@` is none. */
const isOpen = (place: string) =>
  !/^(\/|unix@|abns@|fd@|sockpair@)/.test(place) && !/^(ipv[46]@)?(127\.|\[?::1\]?:|localhost:)/.test(place);

const shown = (section: Section): readonly string[] =>
  [
    ...directives(section, "stats").filter(({ words }) => ["enable", "uri"].includes(words[1] ?? "")),
    ...directives(section, "http-request", "use-service", "prometheus-exporter"),
  ].map(({ line }) => `${titleOf(section)} shows statistics (line ${line})`);
