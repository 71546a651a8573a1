import { z } from "zod";
import { httpUrl, registryAddress, webOrigin } from "../core/formats.ts";
import { engine } from "./engine.ts";
import { slug, timing } from "./fields.ts";
import { firewall } from "./firewall.ts";
import { bindAddress, hostName } from "./listeners.ts";
import { policySettings } from "./policy-settings.ts";
import { retention } from "./retention.ts";
import { secrets } from "./secrets.ts";
import { alarms, sensors } from "./sensors.ts";
import { state } from "./state.ts";
import { swarm } from "./swarm.ts";
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

const network = (holds: string) => subnets.describe(`subnets of the network of ${holds}`);

/** Of the shape of a site file: raised with a change that an older file would be misread by. */
export const SITE_VERSION = 2;

/** Everything that a deployment says and that belongs to no service; its listeners are added from the services. */
export const siteShape = {
  name: slug.describe("names every container, network and volume of this deployment"),
  environment: z
    .enum(["local", "production"])
    .default("local")
    .describe(
      "local: clear text, and writing over HTTP is open; production: TLS alone, a key for writing, a firewall",
    ),
  bind: bindAddress
    .default("loopback")
    .describe(
      "addresses of this machine that the listeners use: loopback, lan (every IPv4 address), or one address",
    ),
  hosts: z
    .array(hostName)
    .min(1)
    // As words of one line of haproxy.cfg, which takes 64.
    .max(50)
    .optional()
    .describe("names and addresses users type; default for loopback: localhost, 127.0.0.1"),
  engine,
  tls,
  firewall,
  state: state.describe("where Terraform keeps its state; credentials come from the environment"),
  networks: z
    .strictObject({
      edge: network("the services that are open to the outside"),
      broker: network("the broker and its clients"),
      data: network("the databases and their clients, which has no way out"),
    })
    .prefault({})
    .describe("subnets of the deployment's networks"),
  images: z
    .strictObject({
      source: z
        .enum(["auto", "packages", "registry"])
        .default("auto")
        .describe(
          "registry: official images by their digests; packages: built from Debian, PyPI and npm; auto: what is there",
        ),
      registryMirror: registryAddress.optional().describe("host[/path] in front of every upstream image"),
      debianMirror: httpUrl('a URL such as "http://deb.debian.org/debian"')
        .optional()
        .describe("where packages of Debian come from; default: Debian's own server"),
    })
    .prefault({})
    .describe("where the images of the containers come from"),
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
    .prefault({})
    .describe("settings of the API for its clients"),
  topics: z
    .strictObject({
      readings: readingsTopic
        .default("sensor/+")
        .describe("the topic that the backend reads; its last level names the sensor"),
      status: statusTopic.default("status/backend").describe("where the backend says whether it runs"),
    })
    .prefault({})
    .describe("MQTT topics of the backend"),
  sensors,
  alarms,
  secrets,
  retention,
  swarm,
  policies: policySettings,
  version: z
    .int()
    .min(1)
    .max(SITE_VERSION)
    .optional()
    .describe(
      `of this file's shape; default: ${SITE_VERSION}, today's; exploreiot upgrade --rewrite makes an older one today's`,
    ),
  $schema: z.string().optional().describe("where editors find the JSON Schema of this file"),
};

/** The part of a deployment that every service is told. */
export type SiteSettings = z.output<z.ZodObject<typeof siteShape>>;

export type Environment = SiteSettings["environment"];
export type Subnets = SiteSettings["networks"]["edge"];
export type NetworkName = keyof SiteSettings["networks"];
