import { firstValue, isOn } from "../facts/environment.ts";
import { leadsNowhereKnown, linksBy, staysOnTheHost } from "../facts/links.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const links = linksBy(/^(rediss?|valkeys?)$/, ["REDIS_HOST", "VALKEY_HOST"]);

export const redisLinksAreEncrypted = definePolicy({
  id: "TLS-011",
  severity: "medium",
  title: "connections to Redis are encrypted, or stay on the host",
  why: "Redis sends passwords as they are.",
  avoid: 'environment: {REDIS_URL: "redis://cache.example.org:6379/0"}',
  prefer: 'environment: {REDIS_URL: "rediss://cache.example.org:6380/0"}',
  allowed: "rediss://, or REDIS_TLS true; or a host name that a container on a shared bridge answers to",
  fix: "use rediss://, or the Redis of the stack",
  source: "Redis documentation, TLS",
  enforcedIn: ["production"],
  looksAt: RUNS,
  where: (resource) => links(resource).length > 0,
  check: (resource, stack) => {
    const isEncrypted = isOn(firstValue(resource, ["REDIS_TLS", "REDIS_SSL"]));
    return links(resource)
      .filter((link) => !staysOnTheHost(link, resource, stack))
      .filter(
        ({ scheme }) => !scheme.endsWith("ss") && !(scheme === "valkeys") && !(scheme === "" && isEncrypted),
      )
      .map((link) =>
        link.host === undefined
          ? leadsNowhereKnown(link)
          : `${link.variable} leads to ${link.host} in clear text`,
      );
  },
});
