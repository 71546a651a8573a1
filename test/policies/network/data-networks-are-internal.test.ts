import { dataNetworksAreInternal } from "../../../policies/network/data-networks-are-internal.ts";
import { frontend, postgres } from "../images.ts";
import { judges } from "../judging.ts";

const joining = (container: object) => ({
  docker_container: {
    Member: { ...container, networks_advanced: [{ name: "${docker_network.Subject.id}" }] },
  },
});

judges(dataNetworksAreInternal, "NET-007", {
  rejects: [
    {
      name: "a network with a way out",
      given: { internal: false },
      around: joining(postgres),
      evidence: ["internal is false"],
    },
    {
      name: "a network that does not say",
      given: {},
      around: joining(postgres),
      evidence: ["internal is not set"],
    },
    {
      name: "one known only at apply",
      given: { internal: "${var.internal}" },
      around: joining(postgres),
      evidence: ['internal is "${var.internal}", known only at apply'],
    },
  ],
  accepts: [
    { name: "an internal network", given: { internal: true }, around: joining(postgres) },
    { name: "a network without a database", given: {}, around: joining(frontend), examined: 0 },
  ],
});
