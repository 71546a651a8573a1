import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { docker, missing, TestDeployment, titled } from "../support/e2e.ts";

const deployment = new TestDeployment({
  name: "e2e-cdktf",
  listeners: { frontend: { port: 23200 }, backend: { port: 28200 }, mqtt: { port: 22883 } },
  frontend: { enabled: false },
});

/** cdktf asks the registry for a lock file before it deploys; a machine that reaches none says so with this flag. */
const SKIP_LOCK = "--skip-provider-lock";

/** Next to the usual one, so that paths in the JSON are the same: cdktf empties it, and other tests have stacks there. */
const output = join(projectRoot, "cdktf.out.e2e");

const cdktf = (...args: readonly string[]) => cdktfWith({}, ...args);

const cdktfWith = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  run([join(projectRoot, "node_modules", ".bin", "cdktf"), ...args, "--output", output], {
    cwd: projectRoot,
    expected: [0, 1],
    env: { EXPLOREIOT_CONFIG: deployment.site, CI: "1", CHECKPOINT_DISABLE: "1", ...env },
  });

const containers = () =>
  docker("ps", "--filter", `label=exploreiot.deployment=${deployment.name}`, "--format", "{{.Names}}");

const data = () =>
  docker(
    "volume",
    "ls",
    "--quiet",
    "--filter",
    `name=^exploreiot-${deployment.name}-(mosquitto|postgres-17|redis)-data$`,
  );

describe.skipIf(missing.terraform)(titled("cdktf's own commands", missing.terraform), () => {
  beforeAll(() => deployment.clear());
  afterAll(async () => {
    rmSync(output, { recursive: true, force: true });
    await deployment.wipe();
  });

  test("synth, deploy, diff and destroy", async () => {
    const synth = await cdktf("synth");
    expect(synth.code).toBe(0);

    const deploy = await cdktf("deploy", deployment.name, "--auto-approve", SKIP_LOCK);
    expect(deploy.code, deploy.stdout + deploy.stderr).toBe(0);
    expect((await containers()).split("\n")).toHaveLength(5);
    expect((await fetch("http://127.0.0.1:28200/api/mesures")).status).toBe(200);

    const diff = await cdktf("diff", deployment.name, SKIP_LOCK);
    expect(diff.stdout).toContain("No changes.");

    expect(await deployment.up("terraform")).toMatchObject({
      changed: true,
      log: expect.stringContaining("terraform: no changes"),
    });

    const destroy = ["destroy", deployment.name, "--auto-approve", SKIP_LOCK];
    // cdktf cuts Terraform's last words off, in which it says why.
    expect((await cdktf(...destroy)).code).toBe(1);
    expect((await containers()).split("\n")).toHaveLength(5);
    expect((await data()).split("\n")).toHaveLength(3);

    const named = await cdktfWith({ EXPLOREIOT_DELETE_DATA: deployment.name }, ...destroy);
    expect(named.code, named.stdout + named.stderr).toBe(0);
    expect([await containers(), await data()]).toEqual(["", ""]);
  }, 300_000);
});
