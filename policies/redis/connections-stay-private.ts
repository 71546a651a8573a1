import { reworded } from "../evidence.ts";
import { isFile, isServer } from "../facts/deliveries.ts";
import { waysOut } from "../facts/networks.ts";
import { REDIS, redisSettings } from "../facts/redis.ts";
import { definePolicy } from "../policy.ts";

export const connectionsStayPrivate = definePolicy({
  id: "RDS-007",
  severity: "medium",
  title: "the traffic of Redis stays on the machine or is encrypted",
  why: "Between machines passwords and data cross the network in clear; on an internal bridge nobody sits in between.",
  avoid: "image: redis:7.4",
  prefer: `services:
  redis: {image: "redis:7.4", networks: [data]}
networks: {data: {internal: true}}`,
  allowed:
    "tls-port with port 0 and tls-protocols of TLSv1.2 and TLSv1.3, or none but internal bridge networks",
  fix: "put it on an internal network, or set tls-port, port 0 and tls-protocols",
  source: "redis.conf, TLS/SSL",
  looksAt: REDIS,
  where: isServer("redis"),
  enforcedIn: ["production"],
  check: (resource, stack) => {
    const settings = redisSettings(resource, stack);
    if (settings.last("tls-port") !== undefined)
      return [
        ...settings.must("port", (value) => value === "0"),
        ...settings.must("tls-protocols", (value) =>
          value.split(" ").every((name) => /^TLSv1\.[23]$/.test(name)),
        ),
      ];
    if (isFile(resource))
      return [{ notEnforceable: "tls-port is not set, and the networks of its server are not known here" }];
    return waysOut(resource, stack).map((evidence) =>
      reworded(evidence, (text) => `tls-port is not set, and ${text}`),
    );
  },
});
