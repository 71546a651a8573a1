import type { Evidence } from "../evidence.ts";
import { type PublishedPort, publishedPorts, publishesPorts, toldPort } from "../facts/ports.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, isBlock, must } from "../values.ts";

export const privilegedHostPortsAreHttpsAlone = definePolicy({
  id: "NET-019",
  severity: "low",
  title: "of the host ports below 1024 only 443 is used",
  why: "Below 1024 are the ports of the machine's own services: a container that takes one is taken for one of them.",
  avoid: 'ports: ["0.0.0.0:22:2222"]',
  prefer: 'ports: ["0.0.0.0:2222:2222"]',
  allowed: "443, or 1024 and above",
  fix: "choose another port on the host",
  source: "CIS Docker Benchmark 1.6.0, 5.8",
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource) => publishedPorts(resource).flatMap(problem),
});

/** The ports of a range are told by the range. */
function problem({ block, names }: PublishedPort): readonly Evidence[] {
  const place = `${names.external} of port ${toldPort(block, names.internal)}`;
  return must(block, names.external, isFree, place).map((evidence) =>
    isBlock(block.range) ? `${place} is ${toldPort(block, names.external)}` : evidence,
  );
}

/** None at all is what NET-002 is about. */
const isFree = (value: unknown) => {
  const port = asNumber(value);
  return port === 443 || port >= 1024 || Number.isNaN(port) || port === 0;
};
