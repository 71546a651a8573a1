import { z } from "zod";
import { hasNoHostPart } from "../core/subnets.ts";

const port = z.int().min(1).max(65535).describe("a port of this machine");
const protocol = z.enum(["tcp", "udp"]).default("tcp").describe("the transport");

const RANGE =
  'an address range without a host part, such as "10.0.0.0/24", "192.0.2.7/32" or "2001:db8::/64"';

/** `192.0.2.7/24` would mean a network where one machine may be meant. */
const addressRange = z
  .union([z.cidrv4(), z.cidrv6()], { error: RANGE })
  .refine((cidr) => hasNoHostPart(cidr), { error: RANGE });

/** More ranges are told by a shorter prefix. */
const MOST_RANGES = 64;

/** Of a server elsewhere, which is named: ranges of addresses. */
export const placesOfName = z
  .array(addressRange)
  .min(1)
  .max(MOST_RANGES)
  .optional()
  .describe("where a name may lead: the firewall lets nobody connect elsewhere; default: anywhere");

/** Who may connect: address ranges, none of them meaning everybody. */
const from = z.array(addressRange).default([]).describe("address ranges that may connect; none = everybody");

const interfaceName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,14}$/, {
  error: 'the name of a network interface as ip link shows it, such as "eth0"',
});

export const firewall = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe("nftables on the machine of the engine; default: in environment production only"),
    scope: z
      .enum(["containers", "host"])
      .default("containers")
      .describe("containers: traffic to this deployment's containers; host: everything from outside"),
    interfaces: z
      .array(interfaceName)
      .default([])
      .describe("scope host: every interface that leads to other machines"),
    ssh: z
      .strictObject({
        enabled: z.boolean().default(true).describe("whether remote login stays open"),
        port: port.default(22).describe("where sshd listens"),
        from,
      })
      .prefault({})
      .describe("scope host: remote login"),
    open: z
      .array(z.strictObject({ port, protocol, from }))
      .default([])
      .describe("scope host: ports of other services and containers of this machine"),
    egress: z
      .array(
        z.strictObject({
          to: z
            .array(addressRange)
            .min(1)
            .describe("address ranges; a single address (/32, /128) may be the machine's own"),
          port: port.describe("the port there"),
          protocol,
        }),
      )
      .default([])
      .describe(
        "where containers may connect to outside of the deployment; none = nowhere, but for ACME and the webhook of alarms",
      ),
    confirmSeconds: z
      .int()
      .min(10)
      .max(3600)
      .default(120)
      .describe("scope host: new rules are taken back unless they are confirmed within this time"),
  })
  .prefault({})
  .describe("the packet filter of the engine's machine: docs/firewall.md");
