import { publishedPorts, publishesPorts, toldPort } from "../facts/ports.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must } from "../values.ts";

/**
 * Unset means a random port, which no firewall rule and no client knows.
 */
export const publishedPortsStateAHostPort = definePolicy({
  id: "NET-002",
  severity: "high",
  title: "a published port states its host port",
  allowed: "ports.external, for a service published_port, from 1 to 65535",
  fix: "set the port of the listener in the configuration",
  source: "docs/architecture.md, provider rule 8",
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource) =>
    publishedPorts(resource).flatMap(({ block, names }) =>
      must(block, names.external, isPort, `${names.external} of port ${toldPort(block, names.internal)}`),
    ),
});

const isPort = (value: unknown) => {
  const port = asNumber(value);
  return Number.isInteger(port) && port >= 1 && port <= 65535;
};
