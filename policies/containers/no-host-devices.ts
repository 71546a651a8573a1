import { graded } from "../evidence.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isUnset, must, show } from "../values.ts";

/** A serial port, a sound card, a camera, a graphics card or a tunnel: one thing, and not the memory or the disks. */
const ONE_THING = /^\/dev\/(tty(USB|ACM|AMA|S)\d+|serial\/|snd|video\d+|dri|net\/tun|bus\/usb)/;

export const noHostDevices = definePolicy({
  id: "CTR-028",
  severity: "high",
  title: "no container has a device of the host",
  why: "A device is a piece of the host that no namespace divides: a disk is all its files, a serial port its machine.",
  avoid: 'devices: ["/dev/sda:/dev/sda"]',
  prefer: 'volumes: ["/srv/web/files:/files:ro"]',
  allowed: "no devices, device_requests or gpus",
  fix: "remove the device, or waive this rule for the container that needs it",
  source: "CIS Docker Benchmark 1.6.0, 5.18",
  looksAt: ["docker_container"],
  check: ({ block }) => [
    ...blocks(block, "devices").map(({ host_path }) => {
      const evidence = `devices holds ${show(host_path)}`;
      return ONE_THING.test(String(host_path)) ? graded("medium", evidence) : evidence;
    }),
    ...blocks(block, "device_requests").map(({ driver }) => `device_requests asks for ${show(driver)}`),
    ...must(block, "gpus", (value) => isUnset(value) || value === ""),
  ],
});
