import { hostNamesAreChecked } from "../../../policies/http/host-names-are-checked.ts";
import { EDGE, judgesEdges } from "../edge-file.ts";
import { backend, frontend, local, mosquitto } from "../images.ts";
import { judges } from "../judging.ts";

const hosts = (value: string) => ({ ...backend, env: [`ALLOWED_HOSTS=${value}`] });
const evidence = ["line 25: frontend https refuses no host name"];

judges(hostNamesAreChecked, "HTP-004", {
  rejects: [
    { name: "everybody", given: hosts("iot.example.org,*"), evidence: ['ALLOWED_HOSTS holds "*"'] },
    {
      name: "everybody as JSON, locally",
      given: { ...local, ...hosts('["*"]') },
      // With its label the stack is one of the kit.
      evidence: [{ severity: "medium", text: 'ALLOWED_HOSTS holds "*"' }],
    },
    { name: "none", given: hosts(" "), evidence: ["ALLOWED_HOSTS is empty"] },
    {
      name: "names known only at apply",
      given: hosts("${var.hosts}"),
      evidence: ["ALLOWED_HOSTS is known only at apply"],
    },
    {
      name: "no variable in production",
      given: frontend,
      evidence: ["ALLOWED_HOSTS is not set, and no edge checks the Host header"],
    },
  ],
  accepts: [
    { name: "names", given: hosts("iot.example.org,backend") },
    { name: "no variable locally", given: { ...backend, ...local } },
    {
      name: "no variable behind the edge",
      given: backend,
      around: { "file/haproxy.cfg": { Edge: { text: EDGE } } },
      examined: 2,
    },
    { name: "the broker", given: mosquitto, examined: 0 },
  ],
});

judgesEdges(
  hostNamesAreChecked,
  "HTP-004",
  [
    {
      name: "an edge that takes every name",
      change: { "    http-request return status 421 unless { var(txn.host) -m str iot.example.org }\n": "" },
      evidence,
    },
    { name: "an edge that refuses one name", change: { "421 unless { var": "421 if { var" }, evidence },
    {
      name: "an edge that looks at something else",
      change: { "req.hdr(host),host_only,lower": "path" },
      evidence,
    },
  ],
  [
    {
      name: "an ACL",
      change: {
        "421 unless { var(txn.host) -m str iot.example.org }":
          "421 if !known\n    acl known hdr(host) -i iot.example.org",
      },
    },
  ],
);
