import { isRuntimeSocket, isSensitive } from "../facts/host-paths.ts";
import { definePolicy } from "../policy.ts";
import { isBlock, isKnown, must, show } from "../values.ts";

/**
 * A local volume with a device is a host path under another name: the rules about host paths do not see it.
 */
export const volumesHideNoHostPath = definePolicy({
  id: "VOL-005",
  severity: "medium",
  title: "no volume stands for a folder of the host's system",
  allowed: "driver_opts without a device, or with one that CTR-024 and CTR-025 would allow",
  fix: "remove driver_opts.device, or name a folder below /srv",
  source: "docker volume create, options of the local driver; CIS Docker Benchmark 1.6.0, 5.6",
  looksAt: ["docker_volume"],
  where: ({ block }) => (block.driver_opts ?? undefined) !== undefined,
  check: ({ block: { driver_opts } }) => {
    if (!isBlock(driver_opts))
      return [`driver_opts is ${show(driver_opts)}${isKnown(driver_opts) ? "" : ", known only at apply"}`];
    return must(driver_opts, "device", isHarmless, "driver_opts.device");
  },
});

/** A device of another host (`:/export`, `//server/share`) or none (`tmpfs`) is no path of this one. */
function isHarmless(device: unknown): boolean {
  const isPath = /^[/~](?!\/)/.test(String(device ?? ""));
  return !isPath || !(isSensitive(device) || isRuntimeSocket(device));
}
