import { z } from "zod";
import { httpUrl, registryAddress, webOrigin } from "../core/formats.ts";
import { slug, timing } from "./fields.ts";
import { firewall } from "./firewall.ts";
import { bindAddress, hostName } from "./listeners.ts";
import { policySettings } from "./policy-settings.ts";
import { state } from "./state.ts";
import { tls } from "./tls.ts";
import { readingsTopic, statusTopic } from "./topics.ts";

const subnets = z
  .strictObject({
    ipv4: z
      .cidrv4({ error: 'an IPv4 subnet such as "172.30.1.0/24"' })
      .optional()
      .describe("default: the engine picks a free one"),
    ipv6: z
      .cidrv6({ error: 'an IPv6 subnet such as "fd00:30:1::/64"' })
      .optional()
      .describe("default: no IPv6 on this network; needs ipv4 as well"),
  })
  .prefault({});

/** Everything that a deployment says and that belongs to no service; its listeners are added from the services. */
export const siteShape = {
  name: slug.describe("names every container, network and volume of this deployment"),
  environment: z.enum(["local", "production"]).default("local"),
  bind: bindAddress.default("loopback"),
  hosts: z
    .array(hostName)
    .min(1)
    // As words of one line of haproxy.cfg, which takes 64.
    .max(50)
    .optional()
    .describe("names and addresses users type; default for loopback: localhost, 127.0.0.1"),
  tls,
  firewall,
  state: state.describe("where Terraform keeps its state; credentials come from the environment"),
  networks: z.strictObject({ edge: subnets, broker: subnets, data: subnets }).prefault({}),
  images: z
    .strictObject({
      source: z.enum(["auto", "packages", "registry"]).default("auto"),
      registryMirror: registryAddress.optional().describe("host[/path] in front of every upstream image"),
      debianMirror: httpUrl('a URL such as "http://deb.debian.org/debian"').optional(),
    })
    .prefault({}),
  health: timing.describe("when services are probed, where a service does not say it for itself"),
  http: z
    .strictObject({
      corsOrigins: z.array(webOrigin).default([]).describe("besides the frontend's own addresses"),
      rateLimitPerMinute: z
        .int()
        .min(0)
        .max(1_000_000)
        .default(600)
        .describe("requests per client; 0 = none"),
      maxBodyBytes: z
        .int()
        .min(1024)
        .max(1_073_741_824)
        .default(1_048_576)
        .describe("over https: the largest request body"),
      stripPrefix: z
        .boolean()
        .default(false)
        .describe("over https: the backend sees paths without backend.pathPrefix"),
      openWrites: z
        .boolean()
        .optional()
        .describe("writing without a key; default: only in environment local"),
    })
    .prefault({}),
  topics: z
    .strictObject({
      readings: readingsTopic.default("sensor/+"),
      status: statusTopic.default("status/backend"),
    })
    .prefault({}),
  policies: policySettings,
  $schema: z.string().optional().describe("where editors find the JSON Schema of this file"),
};

/** The part of a deployment that every service is told. */
export type SiteSettings = z.output<z.ZodObject<typeof siteShape>>;

export type Environment = SiteSettings["environment"];
export type Subnets = SiteSettings["networks"]["edge"];
export type NetworkName = keyof SiteSettings["networks"];
