import { unstatedBindingsAreLoopback } from "../../../policies/network/unstated-bindings-are-loopback.ts";
import { local } from "../images.ts";
import { judges } from "../judging.ts";

const BINDING = "com.docker.network.bridge.host_binding_ipv4";
const around = { docker_container: { One: local } };

judges(unstatedBindingsAreLoopback, "NET-014", {
  rejects: [
    { name: "no option", given: {}, around, evidence: [`${BINDING} is not set`] },
    {
      name: "every address",
      given: { options: { [BINDING]: "0.0.0.0" } },
      around,
      evidence: [`${BINDING} is "0.0.0.0"`],
    },
    {
      name: "an address known only at apply",
      given: { options: { [BINDING]: "${var.address}" } },
      around,
      evidence: [`${BINDING} is "\${var.address}", known only at apply`],
    },
  ],
  accepts: [
    { name: "loopback", given: { options: { [BINDING]: "127.0.0.1" } }, around },
    { name: "production, where it is relaxed", given: {} },
    { name: "an overlay", given: { driver: "overlay" }, around, examined: 0 },
  ],
});
