import { isDelivery } from "../containers.ts";
import { mountedBy } from "../mounted.ts";
import { isDelivered } from "../mounts.ts";
import { definePolicy } from "../policy.ts";
import { kindOf } from "../services.ts";
import { isTrue, show } from "../values.ts";

/** A service that may write where its configuration and secrets lie can be made to keep what an intruder put there. */
export const deliveredFilesAreReadOnly = definePolicy({
  id: "VOL-008",
  severity: "high",
  title: "what a job delivers is read-only to those who read it",
  allowed:
    "read_only true on the volume, for everybody but the job that delivers and the renewer of certificates",
  fix: "give the files with FileDelivery, and mount its volume with the container's `files`",
  source: "docs/architecture.md, provider rule 14",
  looksAt: ["docker_container"],
  // The renewer puts certificates beside the one that was delivered.
  where: (container, stack) => !isDelivery(container) && kindOf(container, stack) !== "renewer",
  check: (container, stack) =>
    mountedBy(container)
      .filter(({ source, readOnly }) => !isTrue(readOnly) && isDelivered(source, stack))
      .map(({ source }) => `${show(source)} is mounted writable`),
});
