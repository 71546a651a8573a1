import { userIsNotRoot } from "../../../policies/containers/user-is-not-root.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(userIsNotRoot, "CTR-004", {
  rejects: [
    { name: "no user", given: {}, evidence: ["user is not set"] },
    { name: "root by number", given: { user: "0:0" }, evidence: ['user is "0:0"'] },
    {
      name: "root's group",
      given: { user: "1000:0" },
      evidence: [{ severity: "low", text: 'user is "1000:0"' }],
    },
    { name: "root by name", given: { user: "root" }, evidence: ['user is "root"'] },
    {
      name: "a name that only the image knows",
      given: { user: "node" },
      evidence: [{ severity: "low", text: 'user is "node"' }],
    },
    { name: "a job with a network", given: { must_run: false, user: "0" }, evidence: ['user is "0"'] },
    {
      name: "what is known only at apply",
      given: { user: "${var.user}" },
      evidence: ['user is "${var.user}", known only at apply'],
    },
    {
      name: "a service of a swarm without a user",
      type: "docker_service",
      given: withSpec({}),
      evidence: ["user is not set"],
    },
  ],
  accepts: [
    { name: "a user and a group", given: { user: "10001:10001" } },
    { name: "a user", given: { user: "999" } },
    { name: "a service of a swarm", type: "docker_service", given: withSpec({ user: "65534" }) },
    {
      name: "an image that is documented to run as another user",
      given: { image: "grafana/grafana:11.6.0" },
    },
    { name: "a delivery", given: { must_run: false, network_mode: "none", user: "0:0" }, examined: 0 },
    { name: "the firewall", given: { image: "exploreiot/firewall:1", user: "0:0" }, examined: 0 },
  ],
});
