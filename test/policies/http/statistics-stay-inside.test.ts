import { statisticsStayInside } from "../../../policies/http/statistics-stay-inside.ts";
import { judgesEdges } from "../edge-file.ts";

const global = (line: string) => ({ "global\n": `global\n    ${line}\n` });
const before = (line: string) => ({ "    use_backend": `    ${line}\n    use_backend` });

judgesEdges(
  statisticsStayInside,
  "HTP-022",
  [
    {
      name: "metrics for everybody",
      change: before("http-request use-service prometheus-exporter if { path /metrics }"),
      evidence: ["line 25: frontend https shows statistics (line 67)"],
    },
    {
      name: "a page for everybody",
      change: before("stats uri /stats"),
      evidence: ["line 25: frontend https shows statistics (line 67)"],
    },
    {
      name: "a control socket on the network",
      change: global("stats socket ipv4@0.0.0.0:9999 level admin"),
      evidence: ["line 2: stats socket ipv4@0.0.0.0:9999"],
    },
    {
      name: "a page that changes servers",
      change: { "    bind :8404\n": "    bind :8404\n    stats admin if TRUE\n" },
      evidence: ["line 78: stats admin"],
    },
  ],
  [
    { name: "a socket in a file", change: global("stats socket /run/haproxy.sock mode 600") },
    { name: "a socket on loopback", change: global("stats socket ipv4@127.0.0.1:9999") },
    { name: "a page of its own", change: { "    bind :8404\n": "    bind :8404\n    stats enable\n" } },
  ],
);
