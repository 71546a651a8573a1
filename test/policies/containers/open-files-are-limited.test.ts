import { expect, test } from "vitest";
import { openFilesAreLimited } from "../../../policies/containers/open-files-are-limited.ts";
import type { Block } from "../../../policies/values.ts";
import { judges } from "../judging.ts";
import { said } from "../reports.ts";

const limits = (...ulimit: Block[]): Block => ({ ulimit });

judges(openFilesAreLimited, "CTR-014", {
  rejects: [
    { name: "no limits", given: {}, evidence: ["ulimit nofile is not set"] },
    {
      name: "another limit",
      given: limits({ name: "nproc", soft: 1, hard: 1 }),
      evidence: ["ulimit nofile is not set"],
    },
    {
      name: "one without a bound",
      given: limits({ name: "nofile", soft: 1024, hard: -1 }),
      evidence: ["ulimit nofile hard is -1"],
    },
    {
      name: "two",
      given: limits({ name: "nofile", soft: 1, hard: 1 }, { name: "nofile", soft: 2, hard: 2 }),
      evidence: ["ulimit nofile is there 2 times"],
    },
    {
      name: "what is known only at apply",
      given: limits({ name: "nofile", soft: "${var.files}", hard: 1024 }),
      evidence: ['ulimit nofile soft is "${var.files}", known only at apply'],
    },
  ],
  accepts: [{ name: "a limit", given: limits({ name: "nofile", soft: 1024, hard: 65536 }) }],
});

test("says where to look for a service, which has no such attribute", () => {
  const { findings, notEnforceable } = said(openFilesAreLimited, {
    resource: { docker_service: { web: { name: "web" } } },
  });

  expect(findings).toEqual([]);
  expect(notEnforceable).toEqual([
    "stack/docker_service.web: the provider has no ulimits of a service; see default-ulimits in daemon.json",
  ]);
});
