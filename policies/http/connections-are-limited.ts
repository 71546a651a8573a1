import { doors, entrances, titleOf } from "../facts/haproxy.ts";
import { refusesBy } from "../facts/haproxy-counters.ts";
import { haproxyCfg } from "../files/haproxy-cfg.ts";
import { definePolicy } from "../policy.ts";

export const connectionsAreLimited = definePolicy({
  id: "HTP-015",
  severity: "medium",
  elsewhere: "low",
  title: "the edge limits the connections of each client",
  why: "One client that opens every connection the edge has keeps out all others, without a single request.",
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
    "a stick table that stores conn_cur or conn_rate, a rule that tracks the source in it, and one that rejects above a number",
  fix: "add stick-table … store conn_cur, tcp-request connection track-sc0 src, and reject if { sc0_conn_cur gt 100 }",
  source: "HAProxy Configuration Manual 2.6, 7.3.3, sc_conn_cur",
  enforcedIn: ["production"],
  looksAt: ["file/haproxy.cfg"],
  check: (file) => {
    const sections = haproxyCfg(file);
    const all = entrances(sections).flatMap((section) => doors(section, sections));
    return [...new Set(all)]
      .filter((section) => !refusesBy(section, ["conn_cur", "conn_rate"], sections))
      .map((section) => `${titleOf(section)} refuses nobody for the number of connections`);
  },
});
