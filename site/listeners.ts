import { z } from "zod";
import { hostPort } from "./fields.ts";

const BIND_ADDRESS =
  '"loopback" (this machine only), "lan" (every IPv4 address) or one IP address of this machine, of either family';
export const bindAddress = z
  .union([z.enum(["loopback", "lan"]), z.ipv4(), z.ipv6()], { error: BIND_ADDRESS })
  // No machine has such an address, or there is one on each of its links.
  .refine((address) => !/^(0\.(?!0\.0\.0$)|22[4-9]\.|2[345]\d\.|ff|fe[89ab])/i.test(address), {
    error: BIND_ADDRESS,
  });

export const hostName = z.union(
  [
    // Browsers take a name that ends in a number for an address, and keep a final dot.
    z.hostname().regex(/(?:^|\.)(?!\d+$|0[xX][0-9A-Fa-f]*$)[^.]+$/),
    z.ipv4(),
    z.ipv6(),
  ],
  { error: "a host name or an IP address, without port" },
);

/** The settings of every listener. */
export const listenerFields = {
  bind: bindAddress.optional().describe("address to listen on; default: the deployment's `bind`"),
  connectionsPerSource: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe(
      "open connections of one IPv4 address or IPv6 /64; default: 100, for MQTT 1/52 of what the broker can hold",
    ),
};

/**
 * A port on the host, as a deployment may set it.
 *
 * @param port unless a deployment says otherwise
 * @param serves one line for anyone who writes a site file
 */
export const listener = (port: number, serves: string) =>
  z
    .strictObject({
      enabled: z.boolean().default(true).describe("whether it is open; a listener that is named is"),
      port: hostPort.default(port).describe("port on the host"),
      ...listenerFields,
    })
    .optional()
    .describe(serves);

/** A port on the host: open or not, and its address if that is not the deployment's own. */
export interface Listener {
  readonly enabled: boolean;
  readonly port: number;
  readonly bind?: string | undefined;
  readonly connectionsPerSource?: number | undefined;
}
