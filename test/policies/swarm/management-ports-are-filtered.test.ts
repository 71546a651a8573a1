import { describe, expect, test } from "vitest";
import { managementPortsAreFiltered } from "../../../policies/swarm/management-ports-are-filtered.ts";
import { said } from "../reports.ts";

describe("SWM-014 the ports of the swarm itself are open to its nodes only", () => {
  test("says where to look, since no file of the stack shows it", () => {
    const resource = { docker_service: { web: { name: "web" } } };

    expect(said(managementPortsAreFiltered, { resource })).toEqual({
      examined: 1,
      findings: [],
      relaxed: [],
      notEnforceable: [
        "stack: the nodes' firewalls are not part of the stack; scan 2377, 7946 and 4789 from outside",
      ],
    });
  });

  test("says nothing of a stack without services", () => {
    expect(said(managementPortsAreFiltered, {}).examined).toBe(0);
  });
});
