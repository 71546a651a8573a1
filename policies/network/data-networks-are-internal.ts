import { databaseOn } from "../facts/networks.ts";
import { definePolicy } from "../policy.ts";
import { isTrue, must } from "../values.ts";

export const dataNetworksAreInternal = definePolicy({
  id: "NET-007",
  severity: "medium",
  title: "a network with a database on it is internal",
  why: "An internal network has no way out: what is broken into can neither fetch tools nor send data away, and a port published by mistake is not.",
  avoid: `services:
  db: {image: "postgres:17", networks: [data]}
networks: {data: {}}`,
  prefer: `services:
  db: {image: "postgres:17", networks: [data]}
networks: {data: {internal: true}}`,
  allowed: "internal true",
  fix: "set internal; give services that need the internet a second network",
  source: "least privilege; Docker documentation, docker network create --internal",
  looksAt: ["docker_network"],
  where: (network, stack) => databaseOn(network, stack) !== undefined,
  check: ({ block }) => must(block, "internal", isTrue),
});
