import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const locks = [
  "package-lock.json",
  "apps/frontend/package-lock.json",
  "examples/node-red/image/package-lock.json",
];

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

describe.each(locks)("%s", (file) => {
  const { packages } = JSON.parse(readFileSync(join(root, file), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const forLinux = (cpu: string) =>
    Object.entries(packages).filter(([, { os, cpu: cpus }]) => os?.includes("linux") && cpus?.includes(cpu));

  test("locks each compiled package for arm64 where it does for x64, in the same version", () => {
    const arm = new Map(forLinux("arm64"));
    const lacking = forLinux("x64").filter(([path, { version }]) => {
      const other = arm.get(path.replace("x64", "arm64"));
      return other?.version !== version || other.integrity === undefined;
    });

    expect(forLinux("x64").length).toBeGreaterThan(0);
    expect(lacking).toEqual([]);
  });
});

test("no image is made for one architecture alone", () => {
  const files = execFileSync("git", ["ls-files", "images", "apps/*/Dockerfile"], {
    cwd: root,
    encoding: "utf8",
  });
  const naming = files
    .trim()
    .split("\n")
    .filter(
      (file) =>
        !file.endsWith(".md") && /x86.64|amd64|aarch64|arm64/i.test(readFileSync(join(root, file), "utf8")),
    );

  expect(naming).toEqual([]);
});
