import { isRuntimeSocket, isSensitive } from "../facts/host-paths.ts";
import { definePolicy } from "../policy.ts";
import { isBlock, isKnown, must, show } from "../values.ts";

export const volumesHideNoHostPath = definePolicy({
  id: "VOL-005",
  severity: "medium",
  title: "no volume stands for a folder of the host's system",
  why: "A local volume with a device is a host path under another name: the rules about host paths do not see it.",
  avoid: `services:
  web: {image: "nginx:1.27", volumes: ["host:/host:ro"]}
volumes:
  host: {driver_opts: {type: none, o: bind, device: /etc}}`,
  prefer: `services:
  web: {image: "nginx:1.27", volumes: ["files:/files:ro"]}
volumes:
  files: {driver_opts: {type: none, o: bind, device: /srv/web/files}}`,
  allowed: "driver_opts without a device or mountpoint, or with one that CTR-024 and CTR-025 would allow",
  fix: "remove driver_opts.device or mountpoint, or name a folder below /srv",
  source: "docker volume create, options of the local driver; CIS Docker Benchmark 1.6.0, 5.6",
  looksAt: ["docker_volume"],
  where: ({ block }) => (block.driver_opts ?? undefined) !== undefined,
  check: ({ block: { driver_opts } }) => {
    if (!isBlock(driver_opts))
      return [`driver_opts is ${show(driver_opts)}${isKnown(driver_opts) ? "" : ", known only at apply"}`];
    // The local driver says device, and plugins that keep data on the host say mountpoint.
    return ["device", "mountpoint"].flatMap((name) =>
      must(driver_opts, name, isHarmless, `driver_opts.${name}`),
    );
  },
});

/** A device of another host (`:/export`, `//server/share`) or none (`tmpfs`) is no path of this one. */
function isHarmless(device: unknown): boolean {
  const isPath = /^[/~](?!\/)/.test(String(device ?? ""));
  return !isPath || !(isSensitive(device) || isRuntimeSocket(device));
}
