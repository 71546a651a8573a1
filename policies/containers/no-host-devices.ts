import { definePolicy } from "../policy.ts";
import { blocks, isUnset, must, show } from "../values.ts";

/**
 * A device is a piece of the host that no namespace divides: a disk is all its files, a serial port its machine.
 */
export const noHostDevices = definePolicy({
  id: "CTR-028",
  severity: "high",
  title: "no container has a device of the host",
  allowed: "no devices, device_requests or gpus",
  fix: "remove the device, or waive this rule for the container that needs it",
  source: "CIS Docker Benchmark 1.6.0, 5.18",
  looksAt: ["docker_container"],
  check: ({ block }) => [
    ...blocks(block, "devices").map(({ host_path }) => `devices holds ${show(host_path)}`),
    ...blocks(block, "device_requests").map(({ driver }) => `device_requests asks for ${show(driver)}`),
    ...must(block, "gpus", (value) => isUnset(value) || value === ""),
  ],
});
