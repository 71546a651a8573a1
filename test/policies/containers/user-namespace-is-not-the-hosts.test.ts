import { userNamespaceIsNotTheHosts } from "../../../policies/containers/user-namespace-is-not-the-hosts.ts";
import { judges } from "../judging.ts";

judges(userNamespaceIsNotTheHosts, "CTR-022", {
  rejects: [
    { name: "that of the host", given: { userns_mode: "host" }, evidence: ['userns_mode is "host"'] },
    {
      name: "what is known only at apply",
      given: { userns_mode: "${var.mode}" },
      evidence: ['userns_mode is "${var.mode}", known only at apply'],
    },
  ],
  accepts: [{ name: "that of the engine", given: {} }],
});
