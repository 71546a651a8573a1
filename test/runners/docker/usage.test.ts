import { describe, expect, test } from "vitest";
import { type Counts, countsOf } from "../../../runners/docker/cgroup.ts";
import { UsageMeter } from "../../../runners/docker/usage.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const MIB = 1024 ** 2;
const STARTED = "2026-11-29T12:00:00Z";
const after = (seconds: number) => Date.parse(STARTED) + seconds * 1000;
const counts = (cpuMs: number): Counts => ({ memoryBytes: 40 * MIB, cpuMs });

test("the first look tells the mean since the start, the next one that since the look before", () => {
  const meter = new UsageMeter();
  const look = (cpuMs: number, seconds: number, startedAt = STARTED) =>
    meter.take([{ name: "api", startedAt, counts: counts(cpuMs) }], after(seconds)).get("api");

  expect([
    look(5000, 20),
    look(10_000, 22.5),
    // Started again meanwhile.
    look(1000, 60, "2026-11-29T12:00:50Z"),
  ]).toEqual([
    { memoryMiB: 40, cpuPercent: 25, cpuSince: "start" },
    { memoryMiB: 40, cpuPercent: 200, cpuSince: "look before" },
    { memoryMiB: 40, cpuPercent: 10, cpuSince: "start" },
  ]);
});

test("one that cannot be measured is left out", () => {
  expect(new UsageMeter().take([{ name: "api", startedAt: STARTED, counts: undefined }], after(1)).size).toBe(
    0,
  );
});

describe("the kernel's counters", () => {
  const id = "083e442328667ea9c5cd465d4fc1cb5c2388c76a83071307f44b069be59f93d0";
  const machine = (files: Readonly<Record<string, string>>) => {
    const root = temporaryFolder();
    for (const [path, content] of Object.entries(files)) write(root, path, content);
    return root;
  };
  const first = (of = id) => ({
    "proc/7/cgroup": `4:memory:/docker/${of}\n2:cpu,cpuacct:/docker/${of}\n`,
    [`sys/fs/cgroup/memory/docker/${of}/memory.usage_in_bytes`]: "3000\n",
    [`sys/fs/cgroup/memory/docker/${of}/memory.stat`]: "inactive_file 7\ntotal_inactive_file 1000\n",
    [`sys/fs/cgroup/cpuacct/docker/${of}/cpuacct.usage`]: "5000000\n",
  });
  const scope = `system.slice/docker-${id}.scope`;
  const second = {
    "proc/7/cgroup": `0::/${scope}\n`,
    [`sys/fs/cgroup/${scope}/memory.current`]: "3000\n",
    [`sys/fs/cgroup/${scope}/memory.stat`]: "active_file 9\ninactive_file 1000\n",
    [`sys/fs/cgroup/${scope}/cpu.stat`]: "usage_usec 5000\nuser_usec 3000\n",
  };

  test.each([
    { given: "version 1", files: first(), found: { memoryBytes: 2000, cpuMs: 5 } },
    { given: "version 2", files: second, found: { memoryBytes: 2000, cpuMs: 5 } },
    // An engine elsewhere, or in a machine of its own, has other processes by the same numbers.
    { given: "another container", files: first("f".repeat(64)), found: undefined },
    { given: "a process of no container", files: { "proc/7/cgroup": "0::/init.scope\n" }, found: undefined },
    { given: "no such process", files: {}, found: undefined },
    {
      given: "a kernel that counts no memory",
      files: { ...second, [`sys/fs/cgroup/${scope}/memory.current`]: "max\n" },
      found: undefined,
    },
    {
      given: "a controller that is not there",
      files: { "proc/7/cgroup": `0::/${scope}\n` },
      found: undefined,
    },
  ])("are read of $given", ({ files, found }) => {
    expect(countsOf({ id, pid: 7 }, machine(files))).toEqual(found);
  });
});
