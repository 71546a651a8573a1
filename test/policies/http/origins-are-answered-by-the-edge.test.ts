import { originsAreAnsweredByTheEdge } from "../../../policies/http/origins-are-answered-by-the-edge.ts";
import { judgesEdges } from "../edge-file.ts";

const DELETE = "    http-after-response del-header Access-Control-Allow-Origin\n";
const VARY = "    http-after-response add-header Vary Origin\n";
const SET = "set-header Access-Control-Allow-Origin %[var(txn.cors)] if { var(txn.cors) -m found }";
const lets = ["line 25: frontend https lets Access-Control-Allow-Origin of servers through"];

judgesEdges(
  originsAreAnsweredByTheEdge,
  "HTP-020",
  [
    { name: "what servers say", change: { [DELETE]: "" }, evidence: lets },
    {
      name: "what servers say, sometimes",
      change: { [DELETE]: `${DELETE.trimEnd()} if { path /a }\n` },
      evidence: lets,
    },
    {
      name: "a second leave next to that of the server",
      change: { [SET]: SET.replace("set-", "add-") },
      evidence: lets,
    },
    {
      name: "a cache that does not know",
      change: { [VARY]: "    http-after-response add-header Vary Accept\n" },
      evidence: ["line 25: frontend https sets no Vary Origin"],
    },
  ],
  [
    {
      name: "one origin for every answer",
      change: { [DELETE]: "", [VARY]: "", [SET]: "set-header Access-Control-Allow-Origin https://a.example" },
    },
    { name: "no origin at all", change: { [DELETE]: "", [VARY]: "", [SET]: "del-header Server" } },
  ],
);
