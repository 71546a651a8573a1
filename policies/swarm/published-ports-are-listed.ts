import { isDatabase } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks, must, nested, show } from "../values.ts";

const LISTED = [443, 1883, 3000, 8000, 8883];

export const publishedPortsAreListed = definePolicy({
  id: "SWM-009",
  severity: "high",
  title: "a service publishes listed ports, and a database none",
  why: "A swarm opens a published port on every address of every node, whether a task runs there or not.",
  avoid: `{"resource": {"docker_service": {"db": {
  "task_spec": {"container_spec": {"image": "postgres:17"}},
  "endpoint_spec": {"ports": [{"target_port": 5432, "published_port": 5432}]}
}}}}`,
  prefer: `{"resource": {"docker_service": {"edge": {
  "task_spec": {"container_spec": {"image": "haproxy:3.0"}},
  "endpoint_spec": {"ports": [{"target_port": 443, "published_port": 443, "publish_mode": "ingress"}]}
}}}}`,
  allowed: `published_port ${LISTED.join(", ")}; no ports for PostgreSQL and Redis`,
  fix: "remove the port, or lead to the service through the edge",
  source: "CIS Docker Benchmark 1.6.0, 7.2; Docker documentation, port publishing",
  looksAt: ["docker_service"],
  where: ({ block }) => portsOf(block).length > 0,
  check: (resource, stack) => {
    const ports = portsOf(resource.block);
    if (isDatabase(resource, stack))
      return ports.map(({ target_port }) => `port ${show(target_port)} of a database is published`);
    return [
      ...ports.flatMap((port) =>
        must(
          port,
          "published_port",
          (value) => LISTED.includes(asNumber(value)),
          `published_port of ${show(port.target_port)}`,
        ),
      ),
      { notEnforceable: "a swarm binds every address of every node; filter it in the firewall of the nodes" },
    ];
  },
});

const portsOf = (block: Parameters<typeof nested>[0]) => blocks(nested(block, "endpoint_spec"), "ports");
