import type { Resource } from "../document.ts";
import { reworded, unknown } from "../evidence.ts";
import { hasPorts } from "../facts/containers.ts";
import { toldPort } from "../facts/ports.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isKnown, isUnset, isUnsetOrFalse, must, show } from "../values.ts";

export const publishedPortsHaveAWayOut = definePolicy({
  id: "NET-023",
  severity: "high",
  title: "a container that publishes ports is on a network that is not internal",
  why: "On internal networks alone, and in the namespace of the host, Docker publishes nothing and calls it a success.",
  avoid: `services:
  web: {image: "nginx:1.27", ports: ["8080:80"], networks: [data]}
networks: {data: {internal: true}}`,
  prefer: `services:
  web: {image: "nginx:1.27", ports: ["8080:80"], networks: [data, web]}
networks: {data: {internal: true}, web: {}}`,
  allowed: "at least one network whose internal is unset or false; network_mode unset",
  fix: "join a network that leads out, or publish nothing",
  source: "docs/architecture.md, provider rule 8",
  looksAt: ["docker_container"],
  where: hasPorts,
  check: ({ block }, stack) => {
    const ports = [...new Set(blocks(block, "ports").map((port) => toldPort(port, "internal")))].join(", ");
    const mode = must(block, "network_mode", (value) => isUnset(value) || value === "bridge");
    const networks = blocks(block, "networks_advanced").map(
      ({ name }) => stack.follow(name)?.resource ?? name,
    );
    if (mode.length > 0)
      return mode.map((evidence) =>
        reworded(evidence, (text) => `ports ${ports} are published, but ${text}`),
      );
    if (networks.length === 0 || networks.some(leadsOut)) return [];
    const evidence = `ports ${ports} are published, but no network is known to lead out: ${networks.map(named).join(", ")}`;
    return [networks.every(isResource) ? evidence : unknown(evidence)];
  },
});

type Network = Resource | unknown;

const isResource = (network: Network): network is Resource =>
  typeof network === "object" && network !== null && "block" in network;

const leadsOut = (network: Network) =>
  isResource(network) &&
  network.type === "docker_network" &&
  isKnown(network.block.internal) &&
  isUnsetOrFalse(network.block.internal ?? undefined);

const named = (network: Network) =>
  isResource(network) ? `${network.path} (internal ${show(network.block.internal)})` : show(network);
