import { hasPorts } from "../containers.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks, must, show } from "../values.ts";

/**
 * Unset means a random port, which no firewall rule and no client knows.
 */
export const publishedPortsStateAHostPort = definePolicy({
  id: "NET-002",
  severity: "high",
  title: "a published port states its host port",
  allowed: "ports.external from 1 to 65535",
  fix: "set the port of the listener in the configuration",
  source: "docs/architecture.md, provider rule 8",
  looksAt: ["docker_container"],
  where: hasPorts,
  check: ({ block }) =>
    blocks(block, "ports").flatMap((port) =>
      must(port, "external", isPort, `external of port ${show(port.internal)}`),
    ),
});

const isPort = (value: unknown) => {
  const port = asNumber(value);
  return Number.isInteger(port) && port >= 1 && port <= 65535;
};
