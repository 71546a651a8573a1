import { socketsOpenForOwnPages } from "../../../policies/http/sockets-open-for-own-pages.ts";
import { judgesEdges } from "../edge-file.ts";

const PATH = "    http-request return status 403 if upgrade !is_ws\n";
const ORIGIN = "    http-request return status 403 if upgrade !cors_ok\n";
const paths = "line 25: frontend https upgrades connections on every path";
const origins = "line 25: frontend https upgrades connections for pages of every origin";

judgesEdges(
  socketsOpenForOwnPages,
  "HTP-019",
  [
    { name: "upgrades that nobody checks", change: { [PATH]: "", [ORIGIN]: "" }, evidence: [paths, origins] },
    {
      name: "any path by another line",
      change: { "acl is_ws path /ws": "acl is_ws always_true" },
      evidence: [paths],
    },
    {
      name: "any origin, if there is one",
      change: { "-m str -i https://app.example.org": "-m found" },
      evidence: [origins],
    },
    {
      name: "origins that are checked for some",
      change: { "if upgrade !cors_ok": "if upgrade !cors_ok { src 192.0.2.1 }" },
      evidence: [origins],
    },
    {
      name: "programs as anyone can claim to be one",
      change: { "if upgrade !cors_ok": "if upgrade !cors_ok !{ req.hdr(user-agent) -m found }" },
      evidence: [origins],
    },
    {
      name: "any header of a browser's own as that of a program",
      change: { "if upgrade !cors_ok": "if upgrade !cors_ok !{ req.hdr(authorization) -m found }" },
      evidence: [origins],
    },
    {
      name: "programs on every path",
      change: { "if upgrade !is_ws": "if upgrade !is_ws !{ req.hdr(x-api-key) -m found }" },
      evidence: [paths],
    },
    {
      name: "a case too involved to say",
      change: { "if upgrade !is_ws": "unless !upgrade is_ws or is_ws" },
      evidence: [paths],
    },
  ],
  [
    {
      name: "programs, which have no Origin or a key",
      change: {
        "if upgrade !cors_ok":
          "if upgrade !cors_ok !{ req.hdr_cnt(origin) eq 0 } !{ req.hdr(x-api-key) -m found }",
      },
    },
    { name: "no upgrades", change: { [PATH]: "", [ORIGIN]: "    http-request deny if upgrade\n" } },
    {
      name: "a header that is gone",
      change: { [PATH]: "", [ORIGIN]: "    http-request del-header Upgrade\n" },
    },
    {
      name: "tests in place, and a variable",
      change: {
        "if upgrade !cors_ok":
          "if { hdr(Upgrade) -i websocket } ! { var(txn.origin) -m str https://a.example }",
        "    use_backend": "    http-request set-var(txn.origin) req.hdr(origin)\n    use_backend",
      },
    },
  ],
);
