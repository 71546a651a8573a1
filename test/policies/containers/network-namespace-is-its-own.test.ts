import { networkNamespaceIsItsOwn } from "../../../policies/containers/network-namespace-is-its-own.ts";
import { FIREWALL, judges } from "../judging.ts";

judges(networkNamespaceIsItsOwn, "CTR-019", {
  rejects: [
    { name: "the host", given: { network_mode: "host" }, evidence: ['network_mode is "host"'] },
    {
      name: "another container",
      given: { network_mode: "container:redis" },
      evidence: ['network_mode is "container:redis"'],
    },
    {
      name: "another service of a compose file",
      given: { network_mode: "service:redis" },
      evidence: [{ severity: "medium", text: 'network_mode is "service:redis"' }],
    },
    {
      name: "what is known only at apply",
      given: { network_mode: "container:${docker_container.Redis.id}" },
      evidence: ['network_mode is "container:${docker_container.Redis.id}", known only at apply'],
    },
    ...[
      { name: "a firewall under another role", change: { labels: [] } },
      { name: "a firewall that is privileged", change: { privileged: true } },
      {
        name: "a firewall with one capability more",
        change: { capabilities: { drop: ["ALL"], add: ["CAP_NET_ADMIN", "CAP_NET_RAW"] } },
      },
      { name: "a firewall that drops nothing", change: { capabilities: { add: ["CAP_NET_ADMIN"] } } },
      { name: "a firewall with ports", change: { ports: [{ internal: 80, external: 80 }] } },
    ].map(({ name, change }) => ({
      name,
      given: { ...FIREWALL, ...change },
      evidence: ['network_mode is "host"'],
    })),
    {
      name: "a firewall in another container",
      given: { ...FIREWALL, network_mode: "container:redis" },
      evidence: ['network_mode is "container:redis"'],
    },
  ],
  accepts: [
    { name: "the firewall, with its one capability", given: FIREWALL },
    { name: "a container of its own", given: {} },
    { name: "none", given: { network_mode: "none" } },
  ],
});
