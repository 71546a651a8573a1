import { z } from "zod";

const rule = z.object({
  chain: z.string(),
  rule: z.string(),
  packets: z.int(),
  dropped: z.boolean().describe("whether what the rule meets is dropped; else it is let in"),
});

const row = z.object({
  listener: z
    .string()
    .nullable()
    .describe("as listeners of the site file names it; null: nobody declared it"),
  service: z.string(),
  node: z.string().exactOptional().describe("host name, of a deployment that is on a swarm"),
  address: z.string(),
  port: z.int(),
  internal: z.int().describe("inside the container"),
  tls: z.boolean(),
  bound: z.boolean().nullable().describe("whether a socket is open there; null: it cannot be seen from here"),
  process: z.string().nullable().describe("who holds that socket; null: it cannot be seen from here"),
  inside: z.string().describe("answers, or what happens to a connection from inside the container"),
  outside: z.string().describe("answers, or what happens to a connection from the machine that this ran on"),
  rules: z.array(rule).readonly().describe("of the packet filter, that meet this listener alone"),
  problems: z.array(z.string()).readonly(),
});

export const portsOutput = z.object({
  deployment: z.string(),
  ports: z.array(row).readonly(),
  undeclared: z.array(z.string()).readonly().describe("published ports that nobody declared"),
  problems: z.array(z.string()).readonly().describe("each mismatch; none: exit code 0"),
  unknown: z.array(z.string()).readonly().describe("the facts that could not be found out"),
});

export type PortRow = z.output<typeof row>;
export type PortsReport = z.output<typeof portsOutput>;
