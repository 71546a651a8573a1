import { networkNamespaceIsItsOwn } from "../../../policies/containers/network-namespace-is-its-own.ts";
import { judges } from "../judging.ts";

judges(networkNamespaceIsItsOwn, "CTR-019", {
  rejects: [
    { name: "the host", given: { network_mode: "host" }, evidence: ['network_mode is "host"'] },
    {
      name: "another container",
      given: { network_mode: "container:redis" },
      evidence: ['network_mode is "container:redis"'],
    },
    {
      name: "what is known only at apply",
      given: { network_mode: "container:${docker_container.Redis.id}" },
      evidence: ['network_mode is "container:${docker_container.Redis.id}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a container of its own", given: {} },
    { name: "none", given: { network_mode: "none" } },
  ],
});
