import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { allowance, hostPort } from "../site/fields.ts";
import { placesOfName } from "../site/firewall.ts";
import { hostName } from "../site/listeners.ts";

/** One server, or those of a cluster of which any may be the one that takes writes. */
type Hosts = z.ZodType<string | readonly string[]>;

const oneHost = hostName.describe("name or address; the server's certificate is for it");

const SEVERAL = "a host name or an IP address, without port, or a list of 2 to 8 different ones";
export const oneOrSeveralHosts = z
  .union(
    [
      hostName,
      z
        .array(hostName)
        .refine((hosts) => hosts.length > 1 && hosts.length < 9 && new Set(hosts).size === hosts.length, {
          error: SEVERAL,
        }),
    ],
    { error: SEVERAL },
  )
  .describe(
    "name or address, or a list of those of a cluster; each server's certificate is for it, and programs use the one that takes writes",
  );

/**
 * A server that somebody else runs, in place of the container of a service.
 *
 * @param port unless a site file says otherwise
 * @param own what the service adds
 */
export const outside = <Own extends z.ZodRawShape>(port: number, own: Own) => outsideAt(port, oneHost, own);

/** @param host what a site file may say of where it is */
export const outsideAt = <Host extends Hosts, Own extends z.ZodRawShape>(
  port: number,
  host: Host,
  own: Own,
) =>
  z
    .strictObject({
      host,
      port: hostPort.default(port).describe("where the server listens"),
      tls: z
        .strictObject({
          ca: z
            .string()
            .min(1)
            .describe(
              "PEM file, relative to the site file, with the CA that the server's certificate is from",
            ),
        })
        .optional()
        .describe("clients use TLS, and check the certificate and its name; default: clear text"),
      addresses: placesOfName,
      allow: z
        .strictObject({ clearText: allowance.describe("a connection without TLS") })
        .prefault({})
        .describe(
          "things that the server cannot do, each with a reason and a day on which the exception ends",
        ),
      ...own,
    })
    .optional()
    .describe("a server that somebody else runs, in place of a container");

/** The part that every service has in common. */
export type Outside = NonNullable<z.output<ReturnType<typeof outsideAt<Hosts, Record<never, never>>>>>;

/** Where it may be reached, in the order in which programs try. */
export const hostsOf = ({ host }: Pick<Outside, "host">): readonly string[] => [host].flat();

interface Settings {
  readonly enabled?: boolean;
  readonly outside?: Outside | undefined;
}

/** The server that stands in for a service; undefined where that is off, or a container. */
export function outsideOf<Name extends string>(
  deployment: Readonly<Record<Name, object>>,
  service: Name,
): Outside | undefined {
  const { enabled, outside } = deployment[service] as Settings;
  return enabled === true ? outside : undefined;
}

/** Whether an address is one that no packet of the internet has: of a private network, or of the machine itself. */
export function isPrivate(host: string): boolean {
  return isIP(host) !== 0 && ["private", "uniqueLocal", "linkLocal"].includes(ipaddr.process(host).range());
}

/** Whether a host means the machine that asks: from a container, that is the container itself. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|.*\.localhost)$/i.test(host) ||
  (isIP(host) !== 0 && ["loopback", "unspecified"].includes(ipaddr.process(host).range()));

/** As it stands in a URL: an IPv6 address in brackets. */
export const inAddress = (host: string, port: number): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
