import { binds, doors, entrances, titleOf } from "../facts/haproxy.ts";
import { refusesBy } from "../facts/haproxy-counters.ts";
import { haproxyCfg, type Section } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

export const connectionsAreLimited = definePolicy({
  id: "HTP-015",
  severity: "medium",
  elsewhere: "low",
  title: "the edge limits the connections of each client, and its requests at once",
  why: "One client that opens every connection the edge has keeps out all others, without a single request. Over one connection of HTTP/2 it asks a hundred things at once, and the application holds each answer until it reads it.",
  avoid: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    default_backend web`,
  prefer: `# haproxy.cfg
frontend https
    mode http
    bind :443 ssl crt /certs/edge.pem
    stick-table type ipv6 size 100k expire 2m store conn_cur
    tcp-request connection track-sc0 src
    tcp-request connection reject if { sc0_conn_cur gt 100 }
    default_backend web`,
  allowed:
    "a stick table that stores conn_cur or conn_rate, a rule that tracks the source in it, and one that rejects above a number; where alpn offers h2, a rule for requests that refuses above a number of conn_cur as well",
  fix: "add stick-table … store conn_cur, tcp-request connection track-sc0 src, and reject if { sc0_conn_cur gt 100 }; for HTTP/2 also http-request track-sc1 src and deny if { sc1_conn_cur gt 100 }",
  source: "HAProxy Configuration Manual 2.6, 7.3.3, sc_conn_cur",
  enforcedIn: ["production"],
  looksAt: ["file/haproxy.cfg"],
  check: (file) => {
    const sections = haproxyCfg(file);
    const all = entrances(sections).flatMap((section) => doors(section, sections));
    return [
      ...[...new Set(all)]
        .filter((section) => !refusesBy(section, ["conn_cur", "conn_rate"], sections, ["tcp-request"]))
        .map((section) => `${titleOf(section)} refuses nobody for the number of connections`),
      ...entrances(sections)
        .filter(
          (section) => offersHttp2(section) && !refusesBy(section, ["conn_cur"], sections, ["http-request"]),
        )
        .map(
          (section) =>
            `${titleOf(section)} refuses nobody for the number of requests at once, and offers HTTP/2`,
        ),
    ];
  },
});

const offersHttp2 = (section: Section): boolean =>
  binds(section).some(({ words }) => words[words.indexOf("alpn") + 1]?.split(",").includes("h2") === true);
