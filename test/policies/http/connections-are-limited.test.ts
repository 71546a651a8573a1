import { connectionsAreLimited } from "../../../policies/http/connections-are-limited.ts";
import { judgesEdges } from "../edge-file.ts";

const TRACK = "    tcp-request connection track-sc0 src table counters\n";
const evidence = ["line 25: frontend https refuses nobody for the number of connections"];

judgesEdges(
  connectionsAreLimited,
  "HTP-015",
  [
    { name: "clients that are not tracked", change: { [TRACK]: "" }, evidence },
    { name: "a table that keeps something else", change: { ",conn_cur": "" }, evidence },
    { name: "a table that is not there", change: { [TRACK]: TRACK.replace("counters", "others") }, evidence },
    { name: "a number that nobody is held to", change: { "reject if": "accept if" }, evidence },
    { name: "another counter", change: { sc0_conn_cur: "sc2_conn_cur" }, evidence },
    {
      name: "a refusal of those with few",
      change: { "reject if { sc0_conn_cur gt 100 }": "reject unless { sc0_conn_cur gt 100 }" },
      evidence,
    },
  ],
  [
    { name: "the rate of connections", change: { conn_cur: "conn_rate", ",conn_rate": ",conn_rate(3s)" } },
    { name: "the counter by its number", change: { sc0_conn_cur: "sc_conn_cur(0)" } },
    {
      name: "the source, without a counter",
      change: { [TRACK]: "", sc0_conn_cur: "src_conn_cur(counters)" },
    },
  ],
);
