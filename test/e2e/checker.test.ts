import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { run } from "../../runners/run.ts";
import { runAction } from "../support/action-runner.ts";
import { copyCheckerTo } from "../support/checker-tree.ts";

const SOME_MINUTES = 600_000;
const docker = inject("missing").docker;
const folder = mkdtempSync(join(tmpdir(), "exploreiot-checker-e2e-"));
const clone = join(folder, "clone");
const workspace = join(folder, "workspace");

beforeAll(() => {
  copyCheckerTo(clone);
  mkdirSync(workspace);
  writeFileSync(join(workspace, "compose.yaml"), "services: {a: {image: 'i:1', privileged: true}}\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the checker from a clone, in which nothing is installed", { timeout: SOME_MINUTES }, () => {
  test("builds itself with what its lock file says, and judges as an Action", async () => {
    const first = await runAction(clone, workspace, { "stop-at": "critical" });

    expect([first.code, first.stdout.split("\n").length]).toEqual([1, 2]);
    expect(first.stdout).toMatch(/^::error file=compose\.yaml,line=1,title=CTR-001 /);
    expect(readdirSync(join(clone, "checker/node_modules"))).not.toContain("cdktf");
  });

  test("is installed from its package without anything else, and starts there", async () => {
    const user = join(folder, "user");
    mkdirSync(user);
    const packed = await run(["npm", "pack", "--pack-destination", user], { cwd: join(clone, "checker") });
    const tarball = packed.stdout.trim().split("\n").at(-1) as string;
    writeFileSync(join(user, "package.json"), "{}");
    await run(["npm", "install", "--omit=dev", "--no-audit", "--no-fund", `./${tarball}`], { cwd: user });

    expect(readdirSync(join(user, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "exploreiot-policies",
    ]);
    const judged = await run(
      ["npx", "--no-install", "exploreiot-policies", "--only", "CTR-001", "-q", workspace],
      {
        cwd: user,
        expected: [1],
      },
    );
    expect(judged.stdout).toMatch(/compose\.yaml:1: critical CTR-001 services\.a: privileged is true\n$/);
  });
});

/** An image with Node and npm that this machine has: the recipe's own base comes from a registry. */
const base = async (): Promise<string | undefined> => {
  if (docker !== undefined) return undefined;
  const { stdout } = await run([
    ...(["docker", "images", "--filter", "reference=exploreiot/node-build"] as const),
    ...["--format", "{{.Repository}}:{{.Tag}}"],
  ]);
  return stdout.split("\n").find((name) => name !== "");
};

describe.skipIf(docker !== undefined)("the image of the checker", { timeout: SOME_MINUTES }, () => {
  const TAG = "exploreiot-policies:e2e";
  afterAll(async () => {
    await run(["docker", "image", "rm", TAG], { expected: [0, 1] });
  });

  test("judges without a network, on files that it cannot change", async (context) => {
    const node = await base();
    const authority = process.env.NODE_EXTRA_CA_CERTS;
    if (authority !== undefined) cpSync(authority, join(clone, "checker/ca.crt"), { dereference: true });
    if (node === undefined)
      return context.skip("no image with npm is here: the end-to-end tests of images make one");
    await run(
      [
        "docker",
        "build",
        "-q",
        "--network",
        "host",
        "-f",
        "checker/Dockerfile",
        "--build-arg",
        `NODE=${node}`,
        "-t",
        TAG,
        ".",
      ],
      {
        cwd: clone,
      },
    );
    const confined = [
      "--network",
      "none",
      "--read-only",
      "--cap-drop",
      "ALL",
      "-v",
      `${workspace}:/work:ro`,
    ] as const;
    const { stdout } = await run(["docker", "run", "--rm", ...confined, TAG, "--only", "CTR-001", "-q"], {
      expected: [1],
    });

    expect(stdout).toBe("compose.yaml:1: critical CTR-001 services.a: privileged is true\n");
    expect(existsSync(join(workspace, "compose.yaml"))).toBe(true);
  });
});
