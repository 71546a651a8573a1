import { connectionsAreLimited } from "../../../policies/http/connections-are-limited.ts";
import { judgesEdges } from "../edge-file.ts";

const TRACK = "    tcp-request connection track-sc0 src table counters\n";
const REJECT = "    tcp-request connection reject if { sc0_conn_cur gt 100 }\n";
const MANY = " or { sc1_conn_cur gt 100 }";
const requests = [
  "line 25: frontend https refuses nobody for the number of requests at once, and offers HTTP/2",
];
const evidence = ["line 16: listen arrivals refuses nobody for the number of connections"];

judgesEdges(
  connectionsAreLimited,
  "HTP-015",
  [
    { name: "clients that are not tracked", change: { [TRACK]: "" }, evidence },
    {
      name: "a table that keeps something else",
      change: { ",conn_cur": "" },
      evidence: [...evidence, ...requests],
    },
    { name: "a table that is not there", change: { [TRACK]: TRACK.replace("counters", "others") }, evidence },
    { name: "HTTP/2 without a limit of requests", change: { [MANY]: "" }, evidence: requests },
    {
      name: "requests of connections that are counted",
      change: { [MANY]: MANY.replace("sc1", "sc2") },
      evidence: requests,
    },
    { name: "a number that nobody is held to", change: { "reject if": "accept if" }, evidence },
    { name: "another counter", change: { sc0_conn_cur: "sc2_conn_cur" }, evidence },
    {
      name: "a limit behind a socket, where every client has the address of the one before it",
      change: {
        [TRACK + REJECT]: "",
        "    option http-restrict-req-hdr-names delete\n": `    option http-restrict-req-hdr-names delete\n${TRACK}${REJECT}`,
      },
      evidence,
    },
    {
      name: "an edge that clients reach without the section that limits",
      change: { "bind abns@https accept-proxy": "bind :8443" },
      evidence: ["line 25: frontend https refuses nobody for the number of connections"],
    },
    {
      name: "a socket that nothing leads to",
      change: { "server https abns@https": "server https abns@other" },
      evidence: ["line 25: frontend https refuses nobody for the number of connections"],
    },
    {
      name: "a refusal of those with few",
      change: { "reject if { sc0_conn_cur gt 100 }": "reject unless { sc0_conn_cur gt 100 }" },
      evidence,
    },
  ],
  [
    {
      name: "the rate of connections",
      change: { sc0_conn_cur: "sc0_conn_rate", ",conn_cur": ",conn_cur,conn_rate(3s)" },
    },
    { name: "HTTP/1.1 alone", change: { [MANY]: "", " alpn h2,http/1.1": "" } },
    {
      name: "a frontend that leads there through a backend",
      change: {
        "listen arrivals": "frontend arrivals",
        "    server https abns@https":
          "    default_backend on\nbackend on\n    mode tcp\n    server https abns@https",
      },
    },
    { name: "the counter by its number", change: { sc0_conn_cur: "sc_conn_cur(0)" } },
    {
      name: "the source, without a counter",
      change: { [TRACK]: "", sc0_conn_cur: "src_conn_cur(counters)" },
    },
  ],
);
