import { expect, test } from "vitest";
import { withoutEffect } from "../../../runners/docker/unapplied.ts";

const able = {
  CgroupDriver: "systemd",
  MemoryLimit: true,
  SwapLimit: true,
  CpuCfsQuota: true,
  PidsLimit: true,
};
const rootless = { SecurityOptions: ["name=seccomp,profile=default", "name=rootless"] };
const END = "have no effect on this engine: one container can take all that the machine has; ";

test("an engine that enforces all limits is not warned of, also where an old one does not say", () => {
  expect([withoutEffect(able), withoutEffect({ ...able, ...rootless }), withoutEffect({})]).toEqual([
    [],
    [],
    [],
  ]);
});

test("a rootless engine on cgroup v1 enforces none, no matter what else it says", () => {
  expect(withoutEffect({ ...able, ...rootless, CgroupDriver: "none" })).toEqual([
    `limits of memory, memory with swap, CPU, processes ${END}a rootless engine limits only on cgroup v2 with its controllers delegated: https://docs.docker.com/engine/security/rootless/tips/#limiting-resources`,
  ]);
});

test("a rootless engine to which only memory and processes are delegated", () => {
  expect(withoutEffect({ ...able, ...rootless, CpuCfsQuota: false })[0]).toMatch(
    /^limits of CPU have no effect/,
  );
});

test("a Raspberry Pi without the memory controller says where to turn it on", () => {
  expect(withoutEffect({ ...able, MemoryLimit: false, SwapLimit: false })).toEqual([
    `limits of memory, memory with swap ${END}add cgroup_enable=memory to the kernel's command line (Raspberry Pi: /boot/firmware/cmdline.txt), then restart the machine`,
  ]);
});

test("a kernel that does not count swap", () => {
  expect(withoutEffect({ ...able, SwapLimit: false })).toEqual([
    `limits of memory with swap ${END}the kernel lacks what docker info warns of (for swap: swapaccount=1 on the kernel's command line)`,
  ]);
});
