import { volumesHideNoHostPath } from "../../../policies/volumes/volumes-hide-no-host-path.ts";
import { judges } from "../judging.ts";

const local = (device: string) => ({ driver_opts: { type: "none", o: "bind", device } });

judges(volumesHideNoHostPath, "VOL-005", {
  rejects: [
    { name: "the system", given: local("/etc"), evidence: ['driver_opts.device is "/etc"'] },
    {
      name: "the socket of the engine",
      given: local("/srv/docker.sock"),
      evidence: ['driver_opts.device is "/srv/docker.sock"'],
    },
    {
      name: "the system, for a plugin",
      given: { driver: "local-persist", driver_opts: { mountpoint: "/etc/app" } },
      evidence: ['driver_opts.mountpoint is "/etc/app"'],
    },
    {
      name: "what is known only at apply",
      given: local("${var.device}"),
      evidence: ['driver_opts.device is "${var.device}", known only at apply'],
    },
    {
      name: "options that are known only at apply",
      given: { driver_opts: "${var.options}" },
      evidence: ['driver_opts is "${var.options}", known only at apply'],
    },
  ],
  accepts: [
    { name: "no options", given: {}, examined: 0 },
    { name: "a folder of its own", given: local("/srv/data") },
    { name: "memory", given: { driver_opts: { type: "tmpfs", device: "tmpfs" } } },
    { name: "a share of another host", given: { driver_opts: { type: "cifs", device: "//etc/share" } } },
    { name: "options without a device", given: { driver_opts: { size: "10G" } } },
  ],
});
