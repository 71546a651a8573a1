import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { authorityFolder } from "../../pki/folder.ts";
import { run } from "../../runners/run.ts";
import { issueDevice } from "../../services/mosquitto/devices.ts";
import { missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, publish } from "../support/e2e-broker.ts";
import { ask } from "../support/e2e-tls.ts";
import { busybox } from "../support/example.ts";
import { inspectAll } from "../support/inspected.ts";

// Debian's own client has BuildKit without a plugin, which the example's Dockerfile needs; others are found behind it.
process.env.PATH = `/usr/bin:${process.env.PATH}`;

const buildKit = await run(["docker", "buildx", "version"], { expected: [0, 1, 125] });
const client = /\d+/.exec((await run(["docker", "--version"])).stdout)?.[0];
const withoutBuildKit =
  buildKit.code === 0 || Number(client) < 23 ? undefined : "this Docker client has no buildx plugin";

/** The last temperature of each machine, as the example tells them. */
const machines = (body: string) =>
  Object.fromEntries(
    body
      .trim()
      .split("\n")
      .map((line) => line.split(" ")),
  ) as Readonly<Record<string, string>>;

const local = missing.compose ?? withoutBuildKit;

describe.skipIf(local)(titled("the example on busybox, by compose", local), () => {
  const plant = new TestDeployment({
    ...busybox(),
    name: "e2e-busybox",
    listeners: { backend: { port: 28300 }, mqtt: { port: 21885 } },
  });
  beforeAll(async () => {
    await plant.clear();
    await plant.up("compose");
  });
  afterAll(() => plant.wipe());

  test("shows what its simulator and a machine from outside publish", async () => {
    const press = await connect(21885, { username: "press", password: plant.secret("mqtt-press-password") });
    expect(await publish(press, "plant/press", "celsius=77\n")).toBe("accepted");
    await press.endAsync();
    const shown = await until("both machines", async () => {
      const found = machines(await (await fetch("http://127.0.0.1:28300/cgi-bin/last")).text());
      return found.press !== undefined && found.oven !== undefined && found;
    });
    expect([Object.keys(shown), shown.press]).toEqual([["oven", "press"], "77"]);
  });

  test("lets one role write what the others read, and gives each its own user at the broker", async () => {
    const roles = ["web", "collector", "simulator"];
    const states = await inspectAll(roles.map((role) => plant.container(role)));
    expect(
      states.map(({ HostConfig }) => HostConfig.Binds?.filter((bind) => bind.includes("/data"))),
    ).toEqual([
      ["exploreiot-e2e-busybox-backend-last-data:/data:ro"],
      ["exploreiot-e2e-busybox-backend-last-data:/data:rw"],
      ["exploreiot-e2e-busybox-backend-last-data:/data:ro"],
    ]);
    const own = await connect(21885, {
      username: "simulator",
      password: plant.secret("mqtt-simulator-password"),
    });
    expect([await publish(own, "plant/oven", "x"), await publish(own, "plant/press", "x")]).toEqual([
      "accepted",
      "Publish error: Not authorized",
    ]);
    await own.endAsync();
  });
});

const runner = missing.terraform === undefined ? "terraform" : "compose";
const production = missing[runner] ?? withoutBuildKit;

describe.skipIf(production)(titled(`the example on busybox in production, by ${runner}`, production), () => {
  const { mosquitto: _, ...rest } = busybox();
  const plant = new TestDeployment({
    ...rest,
    name: "e2e-busytls",
    environment: "production",
    hosts: ["localhost"],
    listeners: { https: { port: 24743 }, mqtts: { port: 24783 } },
    tls: { mqttClients: "certificates" },
    mosquitto: { devices: { publish: ["plant/%u"] } },
    // Its web server takes no writes, and has no use for the address of a client.
    policies: {
      waivers: ["HTP-007", "HTP-011"].map((rule) => ({
        ...{ rule, at: "e2e-busytls/Backend/web/Container" },
        ...{ reason: "it answers with one file, and takes no writes", expires: "2099-12-31" },
      })),
    },
  });
  beforeAll(async () => {
    await plant.clear();
    await plant.up(runner);
  });
  afterAll(() => plant.forget());

  test("shows several devices, which speak TLS with a certificate each, next to its simulator", async () => {
    const ca = readFileSync(join(authorityFolder(plant.home), "ca.crt"), "utf8");
    const names = ["press-1", "press-2", "press-3"];
    for (const [index, name] of names.entries()) {
      const pair = await issueDevice(parseDeployment(plant.config, "test"), plant.home, name);
      const tls = { ca, servername: "localhost", cert: pair.certificate, key: pair.key };
      const device = await connect(24783, { tls });
      expect(await publish(device, `plant/${name}`, `celsius=${index}\n`)).toBe("accepted");
      await device.endAsync();
    }
    const shown = await until("all four machines", async () => {
      const { body } = await ask({ host: "localhost", port: 24743, ca }, "/cgi-bin/last");
      const found = machines(body);
      return Object.keys(found).length === 4 && found;
    });
    const { oven, ...devices } = shown;
    expect([devices, Number(oven) >= 180]).toEqual([
      { "press-1": "0", "press-2": "1", "press-3": "2" },
      true,
    ]);
  });

  test("is rendered into a folder that the kit's own check finds nothing in, what was excused apart", async () => {
    const folder = join(plant.site, "..", "rendered");
    const verb = (...args: readonly string[]) =>
      run([process.execPath, "bin/exploreiot.js", ...args], { expected: [0, 1, 3] });
    const { code } = await verb("render", plant.site, "--output", folder);
    const check = await verb("policy", "check", join(folder, "compose.yaml"), "--format", "json");
    const [judged] = JSON.parse(check.stdout).inputs as readonly {
      rules: readonly { id: string; waived: readonly unknown[] }[];
    }[];
    const waived = judged?.rules.filter((rule) => rule.waived.length > 0).map(({ id }) => id);

    expect([code, check.code, waived]).toEqual([0, 0, ["HTP-007", "HTP-011"]]);
  });
});
