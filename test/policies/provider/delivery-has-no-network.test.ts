import { deliveryHasNoNetwork } from "../../../policies/provider/delivery-has-no-network.ts";
import { judges } from "../judging.ts";

const upload = [{ file: "/incoming/a.conf", content: "a" }];

judges(deliveryHasNoNetwork, "PRV-015", {
  rejects: [
    {
      name: "the default network",
      given: { must_run: false, upload },
      evidence: ["network_mode is not set"],
    },
    {
      name: "a network",
      given: { must_run: false, upload, networks_advanced: [{ name: "${docker_network.Edge.id}" }] },
      evidence: ["network_mode is not set", 'networks_advanced.name is "${docker_network.Edge.id}"'],
    },
    {
      name: "none next to a network",
      given: { must_run: false, upload, network_mode: "none", networks_advanced: { name: "edge" } },
      evidence: ['networks_advanced.name is "edge"'],
    },
  ],
  accepts: [
    { name: "no network", given: { must_run: false, upload, network_mode: "none" } },
    { name: "a job that receives nothing", given: { must_run: false }, examined: 0 },
  ],
});
