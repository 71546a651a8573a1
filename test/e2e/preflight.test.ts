import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../config/home.ts";
import { run } from "../../engines/run.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, missing, TestDeployment, titled } from "../support/e2e.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const deployment = new TestDeployment({
  name: "e2e-render-bad",
  environment: "production",
  hosts: ["nowhere.invalid"],
  listeners: { mqtt: { port: 25541 }, https: { enabled: false }, mqtts: { enabled: false } },
  // Outside the pools from which the engine gives subnets to others.
  networks: { broker: { ipv4: "10.124.42.0/24" } },
  ...BROKER_ALONE,
});
const REFUSED = "hosts: nowhere.invalid does not resolve";
const containers = () =>
  docker("ps", "--all", "--quiet", "--filter", `label=exploreiot.deployment=${deployment.name}`);
const made = async () => {
  const named = ["--filter", `name=${deployment.container("")}`, "--format", "{{.Name}}"];
  const [networks, volumes] = [
    await docker("network", "ls", ...named),
    await docker("volume", "ls", ...named),
  ];
  return [await containers(), networks, volumes].join("\n").trim();
};

describe("a production deploy with a name that leads nowhere", () => {
  afterAll(() => deployment.forget());

  test("is refused by up and by preflight, with the reason, before anything is made", async () => {
    const [up, preflight] = [await deployment.kit("up"), await deployment.kit("preflight")];

    expect([up.code, preflight.code]).toEqual([1, 1]);
    expect(up.stderr).toContain(REFUSED);
    expect(preflight.stderr).toContain(REFUSED);
    expect(await made()).toBe("");
  });

  test.skipIf(missing.terraform)(
    titled("is refused by cdktf deploy too, and the destruction of its data at all", missing.terraform),
    async () => {
      // A folder of its own: cdktf empties the one that it writes to, where stacks of other tests are.
      const output = temporaryFolder();
      const program = [join(projectRoot, "node_modules/.bin/cdktf"), "deploy", deployment.name] as const;
      const deploy = () =>
        run([...program, "--auto-approve", "--skip-provider-lock", "--output", output], {
          cwd: projectRoot,
          expected: [0, 1],
          env: { EXPLOREIOT_CONFIG: deployment.site, CI: "1", CHECKPOINT_DISABLE: "1" },
        });
      const refused = await deploy();
      const before = await made();
      deployment.configure({ hosts: ["localhost"] });
      const deployed = await deploy();
      const plan = [
        "terraform",
        `-chdir=${join(output, "stacks", deployment.name)}`,
        "plan",
        "-destroy",
        "-input=false",
        "-no-color",
      ] as const;
      const destroyed = await run([...plan], { expected: [0, 1] });

      expect(refused.code).toBe(1);
      expect(refused.stdout + refused.stderr).toContain(REFUSED);
      expect(before).toBe("");
      expect(deployed.code, deployed.stdout + deployed.stderr).toBe(0);
      expect(destroyed.code).toBe(1);
      expect(destroyed.stdout + destroyed.stderr).toContain("Instance cannot be destroyed");
      expect(
        await docker("volume", "ls", "--quiet", "--filter", `name=${deployment.container("mosquitto-data")}`),
      ).not.toBe("");
    },
  );
});
