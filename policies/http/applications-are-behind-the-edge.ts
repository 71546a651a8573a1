import { describe, isOpen, publishedPorts } from "../facts/ports.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/**
 * What the edge refuses, the application's own port would take.
 */
export const applicationsAreBehindTheEdge = definePolicy({
  id: "HTP-014",
  severity: "medium",
  title: "in production frontend and backend are reached through the edge",
  allowed: "no ports, or ports on loopback",
  fix: "publish the edge alone",
  words: { site: { fix: "turn off the listeners frontend and backend" } },
  source: "docs/architecture.md, TLS edge",
  enforcedIn: ["production"],
  looksAt: RUNS,
  where: (resource, stack) => ["frontend", "backend"].includes(kindOf(resource, stack) ?? ""),
  check: (resource) =>
    publishedPorts(resource)
      .filter(isOpen)
      .map((port) => `${describe(port)} is published`),
});
