import { z } from "zod";
import { registryAddress } from "../core/formats.ts";
import { engineAddress } from "./engine.ts";

/** How a deployment is realised on Docker Swarm; nothing of it concerns one machine. */
export const swarm = z
  .strictObject({
    encrypted: z
      .boolean()
      .default(true)
      .describe(
        "IPsec between the nodes; their kernels need ESP. false: UDP port 4789 carries clear text, passwords too, so only over a network of your own",
      ),
    endpointMode: z
      .enum(["vip", "dnsrr"])
      .default("vip")
      .describe(
        "vip: one address a service, by IPVS in the nodes' kernels; dnsrr: the addresses of its tasks by DNS, where a kernel has no IPVS",
      ),
    registry: registryAddress
      .optional()
      .describe("host[/path] that every node pulls the images from; default: each node has them already"),
    nodes: z
      .array(z.union([z.ipv4(), z.ipv6()], { error: 'an IP address such as "192.0.2.11"' }))
      .max(1000)
      .default([])
      .describe("addresses of all nodes; the ports of Swarm itself are shut to any other"),
    engines: z
      .record(z.string().min(1).max(253), engineAddress)
      .default({})
      .describe(
        "where verbs find the engine of each node that has containers, by the node's host name; default: where the manager's engine is at ssh://user@host, the same user at the node's address",
      ),
  })
  .prefault({})
  .describe("how it is realised on Docker Swarm, by exploreiot render --target swarm");
