import { requestsAreRateLimited } from "../../../policies/http/requests-are-rate-limited.ts";
import { EDGE, judgesEdges } from "../edge-file.ts";
import { backend, frontend, local } from "../images.ts";
import { judges } from "../judging.ts";

const TRACK = "    http-request track-sc1 src table counters\n";
const given = (...env: readonly string[]) => ({ ...backend, env });
const evidence = ["line 25: frontend https refuses nobody for the rate of requests"];

judges(requestsAreRateLimited, "HTP-003", {
  rejects: [
    { name: "no limit", given: given(), evidence: ["no variable sets a rate limit"] },
    {
      name: "none by value, and what is no rate",
      given: given("RATE_LIMIT_PER_MINUTE=0", "RATE_LIMIT_DEFAULT=often"),
      evidence: ['RATE_LIMIT_PER_MINUTE is "0"', 'RATE_LIMIT_DEFAULT is "often"'],
    },
    {
      name: "one known only at apply",
      given: given("RATE_LIMIT=${var.limit}"),
      evidence: ["RATE_LIMIT is known only at apply"],
    },
  ],
  accepts: [
    {
      name: "a number, and a rate",
      given: given(
        "RATE_LIMIT_PER_MINUTE=600",
        "RATE_LIMIT_DEFAULT=30/minute",
        "API_RATE_LIMIT=5 per 10 seconds",
      ),
    },
    {
      name: "an edge that limits",
      given: given(),
      around: { "file/haproxy.cfg": { Edge: { text: EDGE } } },
      examined: 2,
    },
    { name: "a local stack, where it is relaxed", given: { ...given(), ...local } },
    { name: "what is no backend", given: frontend, examined: 0 },
  ],
});

judgesEdges(
  requestsAreRateLimited,
  "HTP-003",
  [
    { name: "an edge that counts nothing", change: { [TRACK]: "" }, evidence },
    {
      name: "an edge that reads what its table does not keep",
      change: { "http_req_rate(10s),": "" },
      evidence,
    },
    {
      name: "an edge that reads what nobody counts up",
      change: { "http_req_rate(10s)": "gpc0,gpc0_rate(10s)", "sc1_http_req_rate gt": "sc1_gpc0_rate ge" },
      evidence,
    },
    {
      name: "an edge that refuses nobody",
      change: { "if { sc1_http_req_rate gt 100 }": "if { path /never }" },
      evidence,
    },
    {
      name: "an edge that refuses anyone who comes seldom",
      change: { "http_req_rate gt": "http_req_rate lt" },
      evidence,
    },
  ],
  [
    {
      name: "an edge that counts what it let through",
      change: {
        "http_req_rate(10s)": "gpc0,gpc0_rate(10s)",
        "    http-request return status 429":
          "    http-request sc-inc-gpc0(1)\n    http-request return status 429",
        "sc1_http_req_rate gt": "sc1_gpc0_rate ge",
      },
    },
  ],
);
