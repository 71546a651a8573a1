import { credentialsNeedListedOrigins } from "../../../policies/http/credentials-need-listed-origins.ts";
import { judgesEdges } from "../edge-file.ts";
import { judges } from "../judging.ts";

const env = (...variables: readonly string[]) => ({ env: ["CORS_ALLOW_CREDENTIALS=true", ...variables] });
const ORIGIN =
  "%[var(txn.cors)] if { var(txn.cors) -m found }\n    http-after-response set-header Access-Control-Allow-C";
const REST = "\n    http-after-response set-header Access-Control-Allow-C";
const everybody = ["line 37: credentials are allowed to every origin"];

judges(credentialsNeedListedOrigins, "HTP-002", {
  rejects: [
    {
      name: "everybody",
      given: env("CORS_ORIGINS=*"),
      evidence: ["credentials are allowed, and CORS_ORIGINS is *"],
    },
    {
      name: "a form that fits everybody",
      given: env("CORS_ALLOW_ORIGIN_REGEX=.*"),
      evidence: ["credentials are allowed, and CORS_ALLOW_ORIGIN_REGEX is .*"],
    },
    {
      name: "origins known only at apply",
      given: env("CORS_ORIGINS=${var.origins}"),
      evidence: ["credentials are allowed, and CORS_ORIGINS is known only at apply"],
    },
  ],
  accepts: [
    { name: "a list", given: env("CORS_ORIGINS=https://a.example.org") },
    {
      name: "no credentials",
      given: { env: ["CORS_ORIGINS=*", "CORS_ALLOW_CREDENTIALS=false"] },
      examined: 0,
    },
  ],
});

judgesEdges(
  credentialsNeedListedOrigins,
  "HTP-002",
  [
    { name: "everybody at the edge", change: { [ORIGIN]: `*${REST}` }, evidence: everybody },
    { name: "anyone who asks", change: { [ORIGIN]: `%[req.hdr(origin)]${REST}` }, evidence: everybody },
  ],
  [{ name: "those on the list", change: { [ORIGIN]: `%[req.hdr(origin)] if cors_ok${REST}` } }],
);
