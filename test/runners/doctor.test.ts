import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../core/errors.ts";
import { projectRoot } from "../../core/home.ts";
import { kernelFeatures, limitsInForce } from "../../runners/doctor/engine.ts";
import { openFiles, ownFiles } from "../../runners/doctor/own-files.ts";
import { judgedRoom, memoryRoom, processorRoom } from "../../runners/doctor/room.ts";
import { containerSpec, stackOf } from "../support/stack.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

describe("doctor", () => {
  test("finds a disk that is nearly full, in bytes or in inodes", () => {
    const judge = (freeMiB: number, inodes: number) =>
      judgedRoom("disk.engine", "/data", { freeMiB, share: 0.1, inodes }).state;
    expect([judge(2048, 0.5), judge(2047, 0.5), judge(9000, 0.04)]).toEqual(["ok", "problem", "problem"]);
  });

  test("finds limits that are more than the machine has", () => {
    const stack = stackOf([
      containerSpec("a", { block: { memory: 600 } }),
      containerSpec("b", { block: { memory: 600 } }),
      containerSpec("job", { job: true, block: { memory: 600 } }),
    ]);
    const judge = (MiB: number) => memoryRoom(stack, { MemTotal: MiB * 1024 ** 2 });
    expect([judge(1200).state, judge(1199).state]).toEqual(["ok", "warning"]);
    expect(judge(1199).evidence).toBe(
      "the services may take 1200 MiB together, the machine has 1199: under load the kernel ends one of them",
    );
    expect(memoryRoom(stack, { MemTotal: 0 }, [{ memoryMiB: 700 }, { memoryMiB: 500 }])).toEqual({
      ...{ id: "memory.sum", state: "ok", remedy: [] },
      evidence: "the services may take 1200 MiB together, the nodes of the swarm have 1200",
    });
    expect(memoryRoom(stack, { MemTotal: 1e12 }, new UserError("no leader", "bring one back"))).toEqual({
      ...{ id: "memory.sum", state: "unknown", evidence: "no leader", remedy: ["bring one back"] },
    });
  });

  test("finds a service that may take more processors than there are, by its setting", () => {
    const stack = stackOf([
      containerSpec("postgres", { limitsAt: "postgres.limits", block: { cpus: "2.0" } }),
      containerSpec("a", { block: { cpus: "1.0" } }),
    ]);
    expect(processorRoom(stack, { NCPU: 2 }).state).toBe("ok");
    expect(processorRoom(stack, { NCPU: 1 })).toMatchObject({
      state: "problem",
      evidence: "postgres.limits.cpus: got 2; allowed: at most 1, the processors of the engine's machine",
      remedy: ["write postgres.limits.cpus: 1"],
    });
  });

  test("finds limits without effect, and system calls that nobody filters", () => {
    expect(limitsInForce({ MemoryLimit: false, CgroupDriver: "cgroupfs" }).map(({ state }) => state)).toEqual(
      ["warning"],
    );
    expect(limitsInForce({ MemoryLimit: true }).map(({ state }) => state)).toEqual(["ok"]);
    expect(kernelFeatures({ SecurityOptions: ["name=seccomp,profile=default"] }).state).toBe("ok");
    expect(kernelFeatures({ SecurityOptions: [] }).state).toBe("problem");
  });

  test("finds secrets that others may read", () => {
    const home = temporaryFolder();
    chmodSync(write(home, "secrets/one", "x"), 0o400);
    chmodSync(join(home, "secrets"), 0o700);
    expect([ownFiles(home).state, openFiles(home)]).toEqual(["ok", []]);
    chmodSync(join(home, "secrets", "one"), 0o440);
    expect(openFiles(home)).toEqual([
      `${home}: 1 open to others, 0 of another owner: ${home}/secrets/one; chmod -R go= ${home}`,
    ]);
    expect(ownFiles(home)).toMatchObject({
      state: "problem",
      evidence: expect.stringContaining("secrets/one"),
    });
  });

  test("has a heading in docs/doctor.md for each id that it prints", () => {
    const text = readFileSync(join(projectRoot, "docs", "doctor.md"), "utf8");
    const headings = [...text.matchAll(/^### (\S+)$/gm)].map(([, id]) => id).sort();
    const sources = [
      "runners/doctor/engine.ts",
      "runners/doctor/network.ts",
      "runners/doctor/own-files.ts",
      "runners/doctor/room.ts",
      "runners/doctor/swarm.ts",
      "cli/doctor/acme.ts",
      "cli/doctor/examine.ts",
      "cli/doctor/outside.ts",
      "cli/doctor/swarm-kernel.ts",
    ];
    const ids = sources.flatMap((file) =>
      [
        ...readFileSync(join(projectRoot, file), "utf8").matchAll(
          /"((?:engine|runner|limits|kernel|disk|memory|clock|names|acme|subnets|networks|ports|firewall|files|outside|swarm)\.[a-z-]+)"/g,
        ),
      ].map(([, id]) => id as string),
    );
    expect(headings).toEqual([...new Set(ids)].sort());
  });
});
