import { publishedPorts, publishesPorts, toldPort } from "../facts/ports.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

export const publishedPortsStateAProtocol = definePolicy({
  id: "NET-003",
  severity: "low",
  title: "a published port states that it is TCP",
  why: "Firewall rules and the list of listeners are about TCP: an open UDP port stands in neither.",
  avoid: 'ports: ["127.0.0.1:8080:80/udp"]',
  prefer: 'ports: ["127.0.0.1:8080:80"]',
  allowed: "protocol tcp",
  fix: "set protocol to tcp; for a service over UDP, waive this rule with the reason",
  source: "kreuzwerker/docker 4.5, docker_container ports",
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource) =>
    publishedPorts(resource).flatMap(({ block, names }) =>
      must(
        block,
        "protocol",
        (protocol) => protocol === "tcp",
        `protocol of port ${toldPort(block, names.internal)}`,
      ),
    ),
});
