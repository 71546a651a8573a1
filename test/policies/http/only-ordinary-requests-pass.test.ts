import { onlyOrdinaryRequestsPass } from "../../../policies/http/only-ordinary-requests-pass.ts";
import { judgesEdges } from "../edge-file.ts";

const AT = "line 25: frontend https";

judgesEdges(
  onlyOrdinaryRequestsPass,
  "HTP-017",
  [
    { name: "CONNECT", change: { "TRACE CONNECT": "TRACE" }, evidence: [`${AT} lets CONNECT through`] },
    {
      name: "methods that are refused on one path alone",
      change: { "if { method TRACE CONNECT }": "if { method TRACE CONNECT } { path /api }" },
      evidence: [`${AT} lets TRACE through`, `${AT} lets CONNECT through`],
    },
    {
      name: "headers with any name",
      change: { "    option http-restrict-req-hdr-names delete\n": "" },
      evidence: [`${AT}: http-restrict-req-hdr-names is not set`],
    },
    {
      name: "headers with any name, as stated",
      change: { "names delete": "names preserve" },
      evidence: [`${AT}: http-restrict-req-hdr-names is preserve`],
    },
  ],
  [
    {
      name: "a list of methods",
      change: { "if { method TRACE CONNECT }": "unless { method GET HEAD POST }" },
    },
    { name: "an ACL of HAProxy's own", change: { "{ method TRACE CONNECT }": "METH_TRACE or METH_CONNECT" } },
  ],
);
