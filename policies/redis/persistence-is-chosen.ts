import { isFile, isServer } from "../facts/deliveries.ts";
import { keepsDataAt } from "../facts/mounts.ts";
import { REDIS, redisSettings } from "../facts/redis.ts";
import type { Settings } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const persistenceIsChosen = definePolicy({
  id: "RDS-008",
  severity: "low",
  title: "it is stated whether Redis keeps its data, and where it does it has a volume",
  why: "By default Redis saves now and then into a folder that is gone with the container.",
  avoid: `image: redis:7.4
command: redis-server --appendonly yes --save ""`,
  prefer: `services:
  redis:
    image: redis:7.4
    command: redis-server --appendonly yes --save "" --dir /data
    volumes: ["data:/data"]
volumes: {data: {}}`,
  allowed:
    "appendonly yes or no, save stated with it; a writable volume at dir if either keeps data, and none if nothing does",
  fix: 'write appendonly and save into redis.conf (save "" for none) and mount a volume at dir',
  source: "redis.conf, appendonly, save and dir",
  looksAt: REDIS,
  where: isServer("redis"),
  check: (resource, stack) => {
    const settings = redisSettings(resource, stack);
    const missing = [
      ...settings.must("appendonly", (value) => /^(yes|no)$/i.test(value)),
      ...settings.must("save", () => true),
    ];
    if (isFile(resource)) return missing;
    const folder = settings.last("dir")?.value ?? "/data";
    const isThere = keepsDataAt(folder, resource);
    if (!keepsData(settings))
      return isThere ? [...missing, `it keeps nothing, and has a volume at ${folder}`] : missing;
    return isThere
      ? missing
      : [...missing, `it keeps data at ${folder}, which is on no volume that it may write`];
  },
});

/** `save ""` takes back what stood before it; without any `save` Redis has its own. */
const keepsData = (settings: Settings): boolean =>
  /^yes$/i.test(settings.last("appendonly")?.value ?? "") || settings.last("save")?.value !== "";
