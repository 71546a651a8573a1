import { describe, internalPort, isOpen, publishedPorts, publishesPorts } from "../facts/ports.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const isNodeRed = isProduct("node-red");

export const editorIsNotPublished = definePolicy({
  id: "NOD-002",
  severity: "medium",
  title: "the editor of Node-RED is reached through a proxy or a tunnel",
  why: "Port 1880 speaks plain HTTP: the password, the session and the flows are read by everybody on the way, and the editor can run programs.",
  avoid: 'image: nodered/node-red:4.0.9\nports: ["1880:1880"]\nvolumes: ["flows:/data"]',
  prefer: 'image: nodered/node-red:4.0.9\nports: ["127.0.0.1:1880:1880"]\nvolumes: ["flows:/data"]',
  allowed: "port 1880 published on loopback, or not at all",
  fix: "publish it on 127.0.0.1 and use an SSH tunnel, or put a proxy with TLS in front of it",
  source: "Node-RED documentation, securing Node-RED, HTTPS access",
  looksAt: RUNS,
  where: (resource, stack) => isNodeRed(resource, stack) && publishesPorts(resource),
  check: (resource) =>
    publishedPorts(resource)
      .filter((port) => isOpen(port) && internalPort(port) === 1880)
      .map((port) => `${describe(port)} is published`),
});
