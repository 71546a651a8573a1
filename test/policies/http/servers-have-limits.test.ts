import { serversHaveLimits } from "../../../policies/http/servers-have-limits.ts";
import { judgesEdges } from "../edge-file.ts";
import { backend } from "../images.ts";
import { judges } from "../judging.ts";

judges(serversHaveLimits, "HTP-012", {
  rejects: [
    {
      name: "a server without limits",
      given: { command: ["/app/bin/uvicorn", "app:app", "--limit-concurrency", "0"] },
      evidence: ['the command has --limit-concurrency "0"', "the command has --timeout-keep-alive not set"],
    },
    {
      name: "sockets without a limit",
      given: { env: ["MAX_SOCKETS=0", "MAX_WS_CONNECTIONS=${var.sockets}"] },
      evidence: ['MAX_SOCKETS is "0"', "MAX_WS_CONNECTIONS is known only at apply"],
    },
  ],
  accepts: [
    {
      name: "limits",
      given: {
        command: ["uvicorn", "--limit-concurrency=100", "--timeout-keep-alive", "75"],
        env: ["MAX_SOCKETS=5"],
      },
    },
    { name: "another server", given: backend, examined: 0 },
  ],
});

judgesEdges(serversHaveLimits, "HTP-012", [
  {
    name: "no limit of connections",
    change: { "    maxconn 4000\n": "" },
    evidence: ["maxconn of global is not set"],
  },
  {
    name: "a tunnel that only its own time ends, and timeouts that never come",
    change: { "timeout connect 5s": "timeout connect 5s\n    timeout tunnel 0\n    timeout queue 0s" },
    evidence: [
      "line 27: frontend https has no timeout client-fin",
      "line 27: frontend https has no timeout server-fin",
      "line 9: timeout tunnel 0",
      "line 10: timeout queue 0s",
    ],
  },
  {
    name: "more headers and streams than HAProxy has by itself",
    change: {
      "global\n": "global\n    tune.http.maxhdr 32767\n    tune.h2.fe.max-concurrent-streams 1000\n",
    },
    evidence: ["line 2: tune.http.maxhdr 32767", "line 3: tune.h2.fe.max-concurrent-streams 1000"],
  },
  {
    name: "no limits of time",
    change: { "timeout http-request 5s": "timeout http-request 0", "    timeout client 30s\n": "" },
    evidence: [
      "line 24: frontend https has no timeout client",
      "line 24: frontend https has no timeout http-request",
    ],
  },
]);
