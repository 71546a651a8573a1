import { redisLinksAreEncrypted } from "../../../policies/tls/redis-links-are-encrypted.ts";
import { local, redis } from "../images.ts";
import { judges, NETWORKS } from "../judging.ts";

const env = (...variables: readonly string[]) => ({ env: variables });
const onData = (aliases: readonly string[]) => ({
  networks_advanced: [{ name: "${docker_network.Data.id}", aliases }],
});

judges(redisLinksAreEncrypted, "TLS-011", {
  rejects: [
    {
      name: "a URL and a host in clear text",
      given: env("REDIS_URL=redis://:hunter2@cache.example.org:6379/0", "REDIS_HOST=cache.example.org"),
      evidence: [
        "REDIS_URL leads to cache.example.org in clear text",
        "REDIS_HOST leads to cache.example.org in clear text",
      ],
    },
    {
      name: "a host known only at apply",
      given: env("REDIS_HOST=${var.host}", "REDIS_TLS=false"),
      evidence: ["REDIS_HOST leads to a host known only at apply"],
    },
  ],
  accepts: [
    {
      name: "TLS",
      given: env("REDIS_URL=rediss://cache.example.org", "REDIS_HOST=cache.example.org", "REDIS_SSL=true"),
    },
    {
      name: "a container on a shared bridge",
      given: { ...env("REDIS_HOST=redis"), ...onData([]) },
      around: { ...NETWORKS, docker_container: { Cache: { ...redis, ...onData(["redis"]) } } },
    },
    { name: "loopback", given: env("REDIS_HOST=127.0.0.1") },
    {
      name: "a local stack, where it is relaxed",
      given: { ...local, ...env("REDIS_HOST=cache.example.org") },
    },
    { name: "no Redis", given: env("PGHOST=db"), examined: 0 },
  ],
});
