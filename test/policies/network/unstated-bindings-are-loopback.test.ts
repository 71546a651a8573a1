import { unstatedBindingsAreLoopback } from "../../../policies/network/unstated-bindings-are-loopback.ts";
import { local } from "../images.ts";
import { judges } from "../judging.ts";

const BINDING = "com.docker.network.bridge.host_binding_ipv4";
const beside = { docker_container: { One: local } };

judges(unstatedBindingsAreLoopback, "NET-014", {
  rejects: [
    { name: "no option", given: {}, beside, evidence: [`${BINDING} is not set`] },
    {
      name: "every address",
      given: { options: { [BINDING]: "0.0.0.0" } },
      beside,
      evidence: [`${BINDING} is "0.0.0.0"`],
    },
    {
      name: "an address known only at apply",
      given: { options: { [BINDING]: "${var.address}" } },
      beside,
      evidence: [`${BINDING} is "\${var.address}", known only at apply`],
    },
  ],
  accepts: [
    { name: "loopback", given: { options: { [BINDING]: "127.0.0.1" } }, beside },
    { name: "production, where it is relaxed", given: {} },
    { name: "an overlay", given: { driver: "overlay" }, beside, examined: 0 },
  ],
});
