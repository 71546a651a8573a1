import { expect, test } from "vitest";
import { noNewPrivileges } from "../../../policies/containers/no-new-privileges.ts";
import { judges } from "../judging.ts";
import { said } from "../reports.ts";

judges(noNewPrivileges, "CTR-005", {
  rejects: [
    { name: "no options", given: {}, evidence: ["security_opts is not set"] },
    {
      name: "other options",
      given: { security_opts: ["label:type:x"] },
      evidence: ['security_opts is ["label:type:x"]'],
    },
    {
      name: "the opposite",
      given: { security_opts: ["no-new-privileges:false"] },
      evidence: ['security_opts is ["no-new-privileges:false"]'],
    },
    {
      name: "two answers",
      given: { security_opts: ["no-new-privileges:true", "no-new-privileges=false"] },
      evidence: ['security_opts is ["no-new-privileges:true","no-new-privileges=false"]'],
    },
    {
      name: "what is known only at apply",
      given: { security_opts: ["${var.option}"] },
      evidence: ['security_opts is ["${var.option}"], known only at apply'],
    },
  ],
  accepts: [
    { name: "true", given: { security_opts: ["no-new-privileges:true"] } },
    { name: "the short form", given: { security_opts: ["no-new-privileges"] } },
  ],
});

test("says where to look for a service, which has no such option", () => {
  expect(said(noNewPrivileges, { resource: { docker_service: { web: { name: "web" } } } })).toEqual({
    examined: 1,
    findings: [],
    relaxed: [],
    notEnforceable: [
      "stack/docker_service.web: a service has no security options; set no-new-privileges in daemon.json of each node",
    ],
  });
});
