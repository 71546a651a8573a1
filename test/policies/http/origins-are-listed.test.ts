import { originsAreListed } from "../../../policies/http/origins-are-listed.ts";
import { judgesEdges } from "../edge-file.ts";
import { local, swarm } from "../images.ts";
import { judges } from "../judging.ts";

const origins = (value: string) => ({ env: [`CORS_ORIGINS=${value}`] });

judges(originsAreListed, "HTP-001", {
  rejects: [
    {
      name: "everybody, nobody's and clear text",
      given: origins("*,null,http://a.example.org,https://*.example.org"),
      evidence: ["*", "null", "http://a.example.org", "https://*.example.org"].map(
        (origin) => `CORS_ORIGINS holds "${origin}"`,
      ),
    },
    {
      name: "everybody as JSON, under another name",
      given: { env: ['BACKEND_CORS_ORIGINS=["https://a.example.org", "*"]'] },
      evidence: ['BACKEND_CORS_ORIGINS holds "*"'],
    },
    {
      name: "everybody, locally",
      given: { ...local, ...origins("*") },
      evidence: ['CORS_ORIGINS holds "*"'],
    },
    {
      name: "a list known only at apply",
      given: origins("${var.origins}"),
      evidence: ["CORS_ORIGINS is known only at apply"],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("acme/thing", { env: { ALLOWED_ORIGINS: "*" } }),
      evidence: ['ALLOWED_ORIGINS holds "*"'],
    },
  ],
  accepts: [
    { name: "a list", given: origins("https://a.example.org,https://b.example.org:8443") },
    { name: "none, which allows nobody", given: origins("") },
    { name: "clear text, locally", given: { ...local, ...origins("http://localhost:3000") } },
    { name: "a container without the variable", given: {}, examined: 0 },
  ],
});

judgesEdges(originsAreListed, "HTP-001", [
  {
    name: "everybody at the edge",
    change: {
      "%[var(txn.cors)] if { var(txn.cors) -m found }\n    http-after-response set-header Access-Control-Allow-C":
        "*\n    http-after-response set-header Access-Control-Allow-C",
    },
    evidence: ['line 37: Access-Control-Allow-Origin is "*"'],
  },
]);
