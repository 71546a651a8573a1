import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ipaddr from "ipaddr.js";
import { afterAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { hostRoutes, parseRoutes } from "../../runners/docker/host-routes.ts";
import { run } from "../../runners/run.ts";
import { readStack } from "../../runners/stack.ts";
import { terraformBinary } from "../../runners/terraform/terraform.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, missing, TestDeployment, titled } from "../support/e2e.ts";

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
  // A folder of its own: cdktf empties the one that it writes to, where stacks of other tests are.
  const output = mkdtempSync(join(tmpdir(), "exploreiot-cdktf-"));

  afterAll(async () => {
    // Declared again, so that its data goes too.
    deployment.configure({ redis: { enabled: true } });
    await deployment.wipe();
    rmSync(output, { recursive: true, force: true });
  });

  test("is refused by up and by preflight, with the reason, before anything is made", async () => {
    const [up, preflight] = [await deployment.kit("up"), await deployment.kit("preflight")];

    expect([up.code, preflight.code]).toEqual([1, 1]);
    expect(up.stderr).toContain(REFUSED);
    expect(preflight.stderr).toContain(REFUSED);
    expect(await made()).toBe("");
  });

  describe.skipIf(missing.terraform)(titled("by cdktf deploy", missing.terraform), () => {
    const program = [join(projectRoot, "node_modules/.bin/cdktf"), "deploy", deployment.name] as const;
    const deploy = async () => {
      const { code, stdout, stderr } = await run(
        [...program, "--auto-approve", "--skip-provider-lock", "--output", output],
        {
          cwd: projectRoot,
          expected: [0, 1],
          env: { EXPLOREIOT_CONFIG: deployment.site, CI: "1", CHECKPOINT_DISABLE: "1" },
        },
      );
      return { code, said: stdout + stderr };
    };
    const data = async () =>
      (await docker("volume", "ls", "--quiet", "--filter", `name=${deployment.container("")}`))
        .split("\n")
        .filter((name) => name.endsWith("-data"))
        .sort();

    test("is refused too, before anything is made", async () => {
      const { code, said } = await deploy();

      expect(code).toBe(1);
      expect(said).toContain(REFUSED);
      expect(await made()).toBe("");
    });

    test("refuses to destroy its data, and keeps that of a service that is taken out", async () => {
      deployment.configure({ hosts: ["localhost"], redis: { enabled: true } });
      const deployed = await deploy();
      const both = ["mosquitto-data", "redis-data"].map((part) => deployment.container(part));
      expect(deployed.code, deployed.said).toBe(0);
      expect(await data()).toEqual(both);
      const at = `-chdir=${join(output, "stacks", deployment.name)}`;
      const destroyed = await run([terraformBinary(), at, "plan", "-destroy", "-input=false", "-no-color"], {
        expected: [0, 1],
      });
      deployment.configure({ redis: { enabled: false } });
      const without = await deploy();

      expect(destroyed.code).toBe(1);
      expect(destroyed.stdout + destroyed.stderr).toContain("prevent_destroy");
      expect(without.code, without.said).toBe(0);
      expect(await docker("ps", "--quiet", "--filter", `name=${deployment.container("redis")}`)).toBe("");
      expect(await data()).toEqual(both);
    });
  });
});

/** The last eight addresses of the network that this machine is in, where nothing of a deployment may be. */
const routed = () => {
  const [line] = parseRoutes(readFileSync("/proc/net/route", "utf8")).filter(
    ({ device }) => !/^(docker|br-|xi)/.test(device),
  );
  const subnet = line?.subnet ?? "";
  const last = ipaddr.IPv4.broadcastAddressFromCIDR(subnet).toByteArray();
  return { subnet, part: `${[...last.slice(0, 3), (last[3] ?? 0) - 7].join(".")}/29`, device: line?.device };
};

describe("a deploy into a subnet that the machine routes elsewhere", () => {
  const elsewhere = new TestDeployment({
    name: "e2e-routed",
    listeners: { mqtt: { port: 25542 } },
    networks: { broker: { ipv4: "10.124.43.0/24" } },
    ...BROKER_ALONE,
  });
  afterAll(() => elsewhere.wipe());

  test("is refused by up and by preflight, with the route, before anything is made", async () => {
    const { subnet, part, device } = routed();
    elsewhere.configure({ networks: { broker: { ipv4: part } } });
    const [up, preflight] = [await elsewhere.kit("up"), await elsewhere.kit("preflight")];
    const line = `error: subnet ${part} of ${elsewhere.container("broker")} overlaps with ${subnet}, which the engine's machine reaches through ${device}\n`;

    expect([up.code, preflight.code]).toEqual([1, 1]);
    expect(up.stderr).toContain(line);
    expect(preflight.stderr).toContain(line);
    expect(await docker("network", "ls", "--quiet", "--filter", `name=${elsewhere.container("")}`)).toBe("");
  });

  test("is seen through an image too, as for an engine elsewhere", async () => {
    elsewhere.configure({ networks: { broker: { ipv4: "10.124.43.0/24" } } });
    await elsewhere.kit("images");
    await elsewhere.kit("synth");
    const here = ["/proc/net/route", "/proc/net/ipv6_route"].map((path) => readFileSync(path, "utf8"));
    const isSteady = ({ device }: { readonly device: string }) => device === routed().device;
    const seen = await hostRoutes(readStack(elsewhere.stack), new Set());

    expect(seen?.filter(isSteady)).toEqual(parseRoutes(here.join("\n")).filter(isSteady));
    expect(seen?.some(isSteady)).toBe(true);
  });
});

describe("a service that may take more processors than the engine's machine has", () => {
  const many = new TestDeployment({
    name: "e2e-processors",
    listeners: { mqtt: { port: 25543 } },
    ...BROKER_ALONE,
    mosquitto: { limits: { cpus: 512 } },
  });
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-processors-"));
  afterAll(async () => {
    await many.wipe();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is refused by up, preflight and the rendered folder, before anything is made", async () => {
    const there = Number(await docker("info", "--format", "{{.NCPU}}"));
    const refused = `error: mosquitto.limits.cpus: got 512; allowed: at most ${there}, the processors of the engine's machine\n  → write mosquitto.limits.cpus: ${there}\n`;
    const [up, preflight] = [await many.kit("up"), await many.kit("preflight")];
    await many.kit("render", "--output", folder);
    const start = await run(["./start.sh"], { cwd: folder, expected: [1] });

    expect([up.code, preflight.code]).toEqual([1, 1]);
    expect(up.stderr).toContain(refused);
    expect(preflight.stderr).toContain(refused);
    expect(start.stderr).toBe(
      `error: a service may take 512 processors, and this machine has ${there}\n  → set limits.cpus of each service to at most ${there}, and render again\n`,
    );
    expect(await docker("ps", "--all", "--quiet", "--filter", `name=${many.container("")}`)).toBe("");
  });
});
