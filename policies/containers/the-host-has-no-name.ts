import type { Resource } from "../document.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks, must, show } from "../values.ts";

export const theHostHasNoName = definePolicy({
  id: "CTR-040",
  severity: "medium",
  title: "no container is given the address of the host",
  why: "`host-gateway` leads to every service that the host keeps for itself, past the rules for what comes from outside.",
  avoid: 'extra_hosts: ["host.docker.internal:host-gateway"]',
  prefer: 'extra_hosts: ["meter.example.org:192.0.2.7"]',
  allowed: "no extra host with the address host-gateway",
  fix: "remove the extra host; put what is needed into a container on the same network",
  source: "Docker Engine 28 release notes, host-gateway",
  looksAt: RUNS,
  where: (resource) => hostsOf(resource).length > 0,
  check: (resource) =>
    hostsOf(resource).flatMap((entry) =>
      must(entry, "ip", (ip) => ip !== "host-gateway", `address of ${show(entry.host)}`),
    ),
});

const hostsOf = (resource: Resource) =>
  blocks(containerSpec(resource), resource.type === "docker_service" ? "hosts" : "host");
