import { persistenceIsChosen } from "../../../policies/redis/persistence-is-chosen.ts";
import { judges } from "../judging.ts";
import { alone, redis } from "../servers.ts";

const VOLUME = { volumes: { container_path: "/data", volume_name: "data" } };

judges(persistenceIsChosen, "RDS-008", {
  rejects: [
    {
      name: "silence, which saves into the container",
      given: redis([]),
      evidence: [
        "appendonly is not set",
        "save is not set",
        "it keeps data at /data, which is on no volume that it may write",
      ],
    },
    {
      name: "a folder next to the volume",
      given: redis(["appendonly yes", 'save ""', "dir /var/redis"], undefined, VOLUME),
      evidence: ["it keeps data at /var/redis, which is on no volume that it may write"],
    },
    {
      name: "snapshots without a volume",
      given: redis(["appendonly no", "save 900 1"]),
      evidence: ["it keeps data at /data, which is on no volume that it may write"],
    },
    {
      name: "a volume for data that is not kept",
      given: redis(["appendonly no", 'save ""'], undefined, VOLUME),
      evidence: ["it keeps nothing, and has a volume at /data"],
    },
    {
      name: "a word that is none",
      type: "file/redis.conf",
      given: alone("redis.conf", ["appendonly on", 'save ""']),
      evidence: ['appendonly is "on" (redis.conf line 1)'],
    },
  ],
  accepts: [
    { name: "data on a volume", given: redis(["appendonly yes", 'save ""', "dir /data"], undefined, VOLUME) },
    { name: "a cache that keeps nothing", given: redis(["appendonly no", "save 900 1", 'save ""']) },
  ],
});
