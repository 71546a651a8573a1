import { describe, isOpen, publishedPorts } from "../facts/ports.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const applicationsAreBehindTheEdge = definePolicy({
  id: "HTP-014",
  severity: "medium",
  title: "in production frontend and backend are reached through the edge",
  why: "The application's own port would take the requests that the edge refuses.",
  avoid: `services:
  edge: {image: "haproxy:3.0", ports: ["443:443"]}
  api: {image: "exploreiot/backend:1.0", ports: ["8000:8000"]}`,
  prefer: `services:
  edge: {image: "haproxy:3.0", ports: ["443:443"]}
  api: {image: "exploreiot/backend:1.0"}`,
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
