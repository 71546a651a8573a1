import { publishedPorts, publishesPorts } from "../facts/ports.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must, show } from "../values.ts";

/**
 * Below 1024 are the ports of the machine's own services: a container that takes one is taken for one of them.
 */
export const privilegedHostPortsAreHttpsAlone = definePolicy({
  id: "NET-019",
  severity: "low",
  title: "of the host ports below 1024 only 443 is used",
  allowed: "443, or 1024 and above",
  fix: "choose another port on the host",
  source: "CIS Docker Benchmark 1.6.0, 5.8",
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource) =>
    publishedPorts(resource).flatMap(({ block, names, internal }) =>
      must(block, names.external, isFree, `${names.external} of port ${show(internal)}`),
    ),
});

/** None at all is what NET-002 is about. */
const isFree = (value: unknown) => {
  const port = asNumber(value);
  return port === 443 || port >= 1024 || Number.isNaN(port) || port === 0;
};
