import { graded } from "../evidence.ts";
import {
  describe,
  externalPort,
  internalPort,
  isOpen,
  publishedPorts,
  publishesPorts,
} from "../facts/ports.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const ENGINE: readonly number[] = [2375, 2376, 2377, 4789, 7946];

export const enginePortsAreNotPublished = definePolicy({
  id: "NET-021",
  severity: "critical",
  title: "no container publishes the ports of the engine and of the swarm",
  why: "Anyone who reaches the engine's API is root on the machine; the swarm's ports take joining nodes and their traffic.",
  avoid: `image: docker:27-dind
ports: ["2375:2375"]`,
  prefer: "image: docker:27-dind",
  allowed: "ports other than 2375, 2376, 2377, 4789 and 7946, inside and on the host",
  fix: "reach a remote engine over SSH (DOCKER_HOST=ssh://…)",
  source: "CIS Docker Benchmark 1.6.0, 2.7",
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource) =>
    publishedPorts(resource)
      .filter((port) => ENGINE.includes(internalPort(port)) || ENGINE.includes(externalPort(port)))
      .map((port) =>
        isOpen(port) ? `${describe(port)} is published` : graded("high", `${describe(port)} is published`),
      ),
});
