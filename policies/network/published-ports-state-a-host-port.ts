import { weighing } from "../evidence.ts";
import { publishedPorts, publishesPorts, toldPort } from "../facts/ports.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must } from "../values.ts";

export const publishedPortsStateAHostPort = definePolicy({
  id: "NET-002",
  severity: "high",
  title: "a published port states its host port",
  why: "Unset means a random port, which no firewall rule and no client knows.",
  avoid: 'ports: ["80"]',
  prefer: 'ports: ["127.0.0.1:8080:80"]',
  allowed: "ports.external, for a service published_port, from 1 to 65535",
  fix: "state the port of the host",
  words: {
    site: { fix: "set the port of the listener in the configuration" },
    compose: {
      allowed: "a port of the host from 1 to 65535",
      fix: 'write "ADDRESS:HOST_PORT:CONTAINER_PORT"',
    },
  },
  source: "docs/architecture.md, provider rule 8",
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource, stack) => {
    const found = publishedPorts(resource).flatMap(({ block, names }) =>
      must(block, names.external, isPort, `${names.external} of port ${toldPort(block, names.internal)}`),
    );
    // A random port is what a compose file without one asks for; of the provider nobody expects it.
    return stack.dialect === "compose" ? weighing("medium", found) : found;
  },
});

const isPort = (value: unknown) => {
  const port = asNumber(value);
  return Number.isInteger(port) && port >= 1 && port <= 65535;
};
