import { userIsNotRoot } from "../../../policies/containers/user-is-not-root.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(userIsNotRoot, "CTR-004", {
  rejects: [
    { name: "no user", given: { image: "nginx:1.27" }, evidence: ["user is not set"] },
    {
      name: "no user in an image that is known to start as root",
      given: { image: "gitea/gitea:1.23" },
      evidence: ["user is not set"],
    },
    {
      name: "no user in an image of which nothing is known",
      given: { image: "ghcr.io/example/app:1" },
      evidence: ["user is not set, and whom the image runs as is known only at apply"],
    },
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
      given: withSpec({ image: "nginx:1.27" }),
      evidence: ["user is not set"],
    },
  ],
  accepts: [
    { name: "a user and a group", given: { user: "10001:10001" } },
    { name: "a user", given: { user: "999" } },
    { name: "the kit's backups", given: { image: "exploreiot/backup:1", user: "0:0" }, examined: 0 },
    { name: "a service of a swarm", type: "docker_service", given: withSpec({ user: "65534" }) },
    {
      name: "an image that is documented to run as another user",
      given: { image: "grafana/grafana:11.6.0" },
    },
    { name: "one of Docker's own images that has a user", given: { image: "haproxy:3.1" } },
    { name: "a delivery", given: { must_run: false, network_mode: "none", user: "0:0" }, examined: 0 },
    { name: "the firewall", given: { image: "exploreiot/firewall:1", user: "0:0" }, examined: 0 },
  ],
});
