import { definePolicy } from "../policy.ts";
import { isBlock, must, show } from "../values.ts";

export const firewallBackendFits = definePolicy({
  id: "SWM-015",
  severity: "info",
  title: "a swarm runs on engines with the iptables backend",
  why: "An engine with the nftables backend refuses to join a swarm, and one in a swarm refuses to start with it.",
  avoid: `{"resource": {
  "docker_service": {"web": {"name": "web"}},
  "docker_container": {"deliver": {
    "upload": [{"file": "/etc/docker/daemon.json", "content": "{\\"firewall-backend\\": \\"nftables\\"}"}]
  }}
}}`,
  prefer: `{"resource": {
  "docker_service": {"web": {"name": "web"}},
  "docker_container": {"deliver": {
    "upload": [{"file": "/etc/docker/daemon.json", "content": "{\\"firewall-backend\\": \\"iptables\\"}"}]
  }}
}}`,
  allowed: "firewall-backend unset or iptables in daemon.json",
  fix: "remove firewall-backend from daemon.json, or do without the swarm",
  source: "Docker documentation, Docker with nftables (Engine 29)",
  looksAt: ["file/daemon.json"],
  where: (_, stack) => stack.of(["docker_service"]).length > 0,
  check: ({ block: { text } }) => {
    if (typeof text !== "string") return ["its text is not known here"];
    const settings: unknown = JSON.parse(text);
    if (!isBlock(settings)) return [`it is ${show(settings)}, not an object`];
    return must(settings, "firewall-backend", (value) => value === undefined || value === "iptables");
  },
});
