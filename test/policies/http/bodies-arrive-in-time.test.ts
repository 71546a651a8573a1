import { bodiesArriveInTime } from "../../../policies/http/bodies-arrive-in-time.ts";
import { judgesEdges } from "../edge-file.ts";

const WAIT = "    http-request wait-for-body time 5s if may_upload\n";
const slow = ["line 25: frontend https waits for bodies as long as they come"];
const endless = ["line 25: frontend https takes bodies without a length over HTTP/2"];

judgesEdges(
  bodiesArriveInTime,
  "HTP-018",
  [
    { name: "no wait", change: { [WAIT]: "" }, evidence: slow },
    { name: "an hour", change: { "time 5s": "time 1h" }, evidence: slow },
    { name: "no unit that HAProxy has", change: { "time 5s": "time 5y" }, evidence: slow },
    { name: "a wait for a part of them", change: { "POST PUT PATCH DELETE": "POST" }, evidence: slow },
    {
      name: "a wait on one path",
      change: { "5s if may_upload": "5s if may_upload { path /a }" },
      evidence: slow,
    },
    { name: "HTTP/2 without lengths", change: { "body_len gt 0": "body_len gt 9" }, evidence: endless },
    {
      name: "HTTP/2 without lengths on some paths",
      change: { "if !has_length {": "if !has_length !{ path /a } {" },
      evidence: endless,
    },
  ],
  [
    {
      name: "HTTP/1 alone",
      change: { "alpn h2,http/1.1": "alpn http/1.1", "body_len gt 0": "body_len gt 9" },
    },
    { name: "a wait for all", change: { "time 5s if may_upload": "time 5000" } },
    { name: "requests that are read whole", change: { [WAIT]: "    option http-buffer-request\n" } },
  ],
);
