import { hasPorts, ignoredChanges } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { type Block, blocks, isKnown } from "../values.ts";

export const oneHostBindingPerPort = definePolicy({
  id: "PRV-006",
  severity: "medium",
  title: "a port inside has one host binding",
  why: "The engine answers with several bindings in reverse order, so no order of them ever agrees with the plan.",
  avoid: `{"resource": {"docker_container": {"web": {
  "ports": [
    {"internal": 80, "external": 8080, "ip": "127.0.0.1"},
    {"internal": 80, "external": 8081, "ip": "127.0.0.1"}
  ]
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "ports": [{"internal": 80, "external": 8080, "ip": "127.0.0.1"}]
}}}}`,
  allowed: "one ports block for each internal port and protocol, or lifecycle.ignore_changes with ports",
  fix: "publish the port once, or set ignoreChanges: ['ports'] and put the ports into the config hash",
  source: "docs/architecture.md, provider rule 7",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: hasPorts,
  check: ({ block }) =>
    ignoredChanges(block).includes("ports")
      ? []
      : [...byPort(blocks(block, "ports"))].flatMap(([port, bindings]) => [
          ...(isKnown(port) ? [] : [`internal port ${port} is known only at apply`]),
          ...(bindings.length > 1
            ? [`port ${port} has ${bindings.length} host bindings: ${bindings.map(hostSide).join(", ")}`]
            : []),
        ]),
});

function byPort(ports: readonly Block[]): ReadonlyMap<string, readonly Block[]> {
  const found = new Map<string, Block[]>();
  for (const port of ports) {
    const inside = `${port.internal}/${port.protocol ?? "tcp"}`;
    found.set(inside, [...(found.get(inside) ?? []), port]);
  }
  return found;
}

const hostSide = ({ ip, external }: Block) => `${ip ?? "any address"} port ${external ?? "any"}`;
