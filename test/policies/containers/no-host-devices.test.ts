import { noHostDevices } from "../../../policies/containers/no-host-devices.ts";
import { judges } from "../judging.ts";

judges(noHostDevices, "CTR-028", {
  rejects: [
    {
      name: "two devices",
      given: { devices: [{ host_path: "/dev/ttyUSB0" }, { host_path: "${var.disk}" }] },
      evidence: [{ severity: "medium", text: 'devices holds "/dev/ttyUSB0"' }, 'devices holds "${var.disk}"'],
    },
    { name: "graphics cards", given: { gpus: "all" }, evidence: ['gpus is "all"'] },
    {
      name: "a request for a device",
      given: { device_requests: [{ driver: "nvidia" }] },
      evidence: ['device_requests asks for "nvidia"'],
    },
    {
      name: "what is known only at apply",
      given: { gpus: "${var.gpus}" },
      evidence: ['gpus is "${var.gpus}", known only at apply'],
    },
  ],
  accepts: [{ name: "none", given: { devices: [] } }],
});
