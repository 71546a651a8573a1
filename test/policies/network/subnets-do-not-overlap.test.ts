import { expect, test } from "vitest";
import { subnetsDoNotOverlap } from "../../../policies/network/subnets-do-not-overlap.ts";
import { judges } from "../judging.ts";
import { said } from "../reporting.ts";

const subnets = (...all: readonly unknown[]) => ({ ipam_config: all.map((subnet) => ({ subnet })) });
const around = {
  docker_network: {
    Other: { "//": { metadata: { path: "test/Other" } }, ...subnets("10.20.0.0/16", "fd00:1::/64") },
  },
};

judges(subnetsDoNotOverlap, "NET-015", {
  rejects: [
    { name: "no subnet of IP", given: subnets("10.0.0.0"), evidence: ['subnet is "10.0.0.0"'] },
    {
      name: "one known only at apply",
      given: subnets("${var.subnet}"),
      evidence: ['subnet is "${var.subnet}", known only at apply'],
    },
  ],
  accepts: [
    {
      name: "subnets next to each other",
      given: subnets("10.21.0.0/16", "fd00:2::/64"),
      around,
      examined: 2,
    },
  ],
});

test.each([
  { given: ["10.20.30.0/24"], pairs: [["10.20.30.0/24", "10.20.0.0/16"]] },
  {
    given: ["10.0.0.0/8", "fd00:1::/64"],
    pairs: [
      ["10.0.0.0/8", "10.20.0.0/16"],
      ["fd00:1::/64", "fd00:1::/64"],
    ],
  },
])("NET-015 rejects both networks of $pairs", ({ given, pairs }) => {
  const subject = { "//": { metadata: { path: "test/Subject" } }, ...subnets(...given) };
  const { findings } = said(subnetsDoNotOverlap, {
    docker_network: { Subject: subject, ...around.docker_network },
  });

  expect(findings).toEqual([
    ...pairs.map(([own, other]) => `test/Subject: subnet ${own} overlaps ${other} of test/Other`),
    ...pairs.map(([own, other]) => `test/Other: subnet ${other} overlaps ${own} of test/Subject`),
  ]);
});

test("NET-015 says that a subnet the engine picks is not known", () => {
  expect(said(subnetsDoNotOverlap, { docker_network: { Edge: {} } })).toEqual({
    examined: 1,
    findings: [],
    notEnforceable: [
      "the engine picks the subnet at apply, apart from its own networks and from the host's routes of that moment; docker network inspect shows it",
    ],
  });
});
