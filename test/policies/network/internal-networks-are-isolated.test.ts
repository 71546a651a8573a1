import { expect, test } from "vitest";
import { internalNetworksAreIsolated } from "../../../policies/network/internal-networks-are-isolated.ts";
import { judges } from "../judging.ts";
import { said } from "../reporting.ts";

const MODE = "com.docker.network.bridge.gateway_mode_ipv4";

judges(internalNetworksAreIsolated, "NET-026", {
  rejects: [
    {
      name: "an internal network with an address of the host",
      given: { internal: true, options: { [MODE]: "nat" } },
      evidence: [`${MODE} is "nat"`],
    },
    {
      name: "a mode known only at apply",
      given: { internal: true, options: { [MODE]: "${var.mode}" } },
      evidence: [`${MODE} is "\${var.mode}", known only at apply`],
    },
  ],
  accepts: [
    { name: "an isolated one", given: { internal: true, options: { [MODE]: "isolated" } } },
    { name: "a network that is not internal", given: {}, examined: 0 },
  ],
});

test("NET-026 says that older engines cannot isolate", () => {
  expect(said(internalNetworksAreIsolated, { docker_network: { Data: { internal: true } } })).toMatchObject({
    examined: 1,
    findings: [],
    notEnforceable: [expect.stringContaining("Docker Engine 28 and later")],
  });
});
