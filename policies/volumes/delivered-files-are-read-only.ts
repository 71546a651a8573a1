import { isDelivery } from "../facts/containers.ts";
import { isWritable, mountsOf } from "../facts/mounts.ts";
import { kindOf } from "../facts/services.ts";
import { isDelivered } from "../facts/volumes.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

/** A service that may write where its configuration and secrets lie can be made to keep what an intruder put there. */
export const deliveredFilesAreReadOnly = definePolicy({
  id: "VOL-008",
  severity: "high",
  title: "what a job delivers is read-only to those who read it",
  allowed:
    "read_only true on the volume, for everybody but the job that delivers and the renewer of certificates",
  fix: "mount it read_only",
  source: "docs/architecture.md, provider rule 14",
  looksAt: ["docker_container"],
  // The renewer puts certificates next to the one that was delivered.
  where: (container, stack) => !isDelivery(container) && kindOf(container, stack) !== "renewer",
  check: (container, stack) =>
    mountsOf(container)
      .filter((mount) => isWritable(mount) && isDelivered(mount, stack))
      .map(({ source }) => `${show(source)} is mounted writable`),
});
