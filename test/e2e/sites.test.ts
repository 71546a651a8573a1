import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SiteRow, SitesReport } from "../../cli/sites/output.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { keptFolder } from "../../core/home.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, login, publish } from "../support/e2e-broker.ts";
import { OwnCentre } from "../support/own-centre.ts";

// A file of its own: several sites that come up at once, of which one cannot; no other stack is one of many.
const runner = missing.compose === undefined ? "compose" : "terraform";

/** Of the one site that cannot come up: somebody else has it. */
const TAKEN = 25_621;

/** What a panel of the site listens to. */
const HEARD = ["sensor/+", "command/+", "lamp", "site/#"];

/** This machine, as the broker of the site with a bridge sees it. */
const MACHINE = "10.124.93.1";

const folder = mkdtempSync(join(tmpdir(), "exploreiot-e2e-sites-"));
const centre = await OwnCentre.open(MACHINE, "lyon");
const handedOn = (name: string, text: string) => {
  mkdirSync(join(folder, "lyon"), { recursive: true });
  writeFileSync(join(folder, "lyon", name), text);
  return join(folder, "lyon", name);
};
const bridged: Partial<DeploymentInput> = {
  networks: { broker: { ipv4: "10.124.93.0/24" } },
  secrets: { "mosquitto-bridge-key": { file: handedOn("lyon.key", centre.site.key) } },
  mosquitto: {
    users: [
      { name: "sensor", publish: ["sensor/+"] },
      { name: "panel", subscribe: HEARD },
    ],
    bridge: {
      ...{ host: MACHINE, port: centre.port, receive: ["command/+"] },
      ca: handedOn("ca.crt", centre.ca),
      certificate: handedOn("lyon.crt", centre.site.certificate),
    },
  },
};
const sites = [0, 1, 2].map(
  (index) =>
    new TestDeployment({
      name: `e2e-many${index}`,
      ...BROKER_ALONE,
      listeners: { mqtt: { port: TAKEN - 1 + index } },
      engine: { host: process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock" },
      ...(index === 0 ? bridged : {}),
    }),
);
const [lyon] = sites as [TestDeployment, ...TestDeployment[]];

const bridge = async () => {
  const { code, stdout } = await lyon.kit("status", "--json", "--no-usage");
  return { code, ...(JSON.parse(stdout) as { bridge?: { connected: boolean; waiting: number } }).bridge };
};

/** What one site and its centre say to each other, through the broker of the image with its guard. */
async function bridgeWorks(): Promise<void> {
  const as = (username: string, clientId: string) => ({
    ...{ username, clientId, password: lyon.secret(`mqtt-${username}-password`) },
  });
  await until("the bridge", async () => centre.subscribed.includes("site/lyon/command/+"));
  expect(new Set(centre.names)).toEqual(new Set(["lyon"]));
  const panel = await connect(TAKEN - 1, as("panel", "panel"));
  const heard: string[] = [];
  panel.on("message", (topic, payload) => heard.push(`${topic} ${payload}`));
  await panel.subscribeAsync(HEARD, { qos: 1 });

  // A centre that was broken into publishes wherever it likes; the broker itself would let it.
  for (const topic of [
    "sensor/temp",
    "site/lyon/sensor/temp",
    "$SYS/broker/version",
    "lamp",
    "site/lyon/lamp",
  ])
    centre.publish(topic, "forged");
  centre.publish("site/lyon/command/pump", "on");
  await until("the command", async () => heard.includes("command/pump on"));
  expect(heard).toEqual(["command/pump on"]);

  // Nobody takes the place of the bridge, and with it all that waits.
  expect(await login(TAKEN - 1, as("sensor", ":bridge"))).toBe("Connection refused: Not authorized");
  expect(await login(TAKEN - 1, as("panel", ":other"))).toBe("Connection refused: Not authorized");

  await until("nothing waits", async () => (await bridge()).waiting === 0, 60_000);
  expect(await bridge()).toMatchObject({ code: 0, connected: true });
  centre.acknowledges = false;
  const sensor = await connect(TAKEN - 1, as("sensor", "meter"));
  for (const value of ["1", "2", "3"]) expect(await publish(sensor, "sensor/temp", value)).toBe("accepted");
  await until("three wait", async () => (await bridge()).waiting === 3, 60_000);
  expect(centre.came.filter((line) => line.startsWith("site/"))).toEqual([
    ...["site/lyon/sensor/temp 1", "site/lyon/sensor/temp 2", "site/lyon/sensor/temp 3"],
  ]);
  centre.close();
  await until("it is told", async () => (await bridge()).connected === false, 60_000);
  expect(await bridge()).toMatchObject({ code: 2, waiting: 3 });
  await Promise.all([panel.endAsync(), sensor.endAsync()]);
}

/** Runs a verb over the folder; the environment leads to an engine that is none, so that the files have to say it. */
async function over(verb: string, ...words: readonly string[]) {
  const env = { DOCKER_HOST: "unix:///nowhere/of/a/test.sock" };
  const { code, stdout } = await kit(["sites", verb, folder, "--json", ...words], { env });
  const report = JSON.parse(stdout) as SitesReport;
  return { code, report, outcomes: report.sites.map(({ outcome }: SiteRow) => outcome) };
}

const running = async () =>
  (await docker("ps", "--filter", "name=exploreiot-e2e-many", "--format", "{{.Names}}")).split("\n").sort();

describe.skipIf(missing[runner])(titled("a folder of sites", missing[runner]), () => {
  let other: Server;

  beforeAll(async () => {
    for (const [index, site] of sites.entries())
      writeFileSync(join(folder, `${index}.json`), readFileSync(site.site, "utf8"));
    other = createServer();
    await new Promise<void>((resolve) => other.listen(TAKEN, "127.0.0.1", resolve));
  });

  afterAll(async () => {
    other.close();
    centre.close();
    await Promise.all(sites.map((site) => site.wipe()));
    rmSync(folder, { recursive: true, force: true });
    for (const name of readdirSync(keptFolder()).filter((name) => /^sites-[0-9a-f]{8}\.json$/.test(name)))
      if (readFileSync(join(keptFolder(), name), "utf8").includes(folder.slice(1)))
        rmSync(join(keptFolder(), name));
  });

  test("comes up on the engine that the files name; the one that fails hides none, and is taken up alone", async () => {
    const words = ["--runner", runner, "--canary", "e2e-many0", "--max-failures", "50%"];
    const first = await over("up", ...words);

    expect([first.code, first.outcomes]).toEqual([1, ["done", "failed", "done"]]);
    expect(first.report.sites[1]?.error?.message).toContain(String(TAKEN));
    expect(await running()).toEqual(["exploreiot-e2e-many0-mosquitto", "exploreiot-e2e-many2-mosquitto"]);

    await new Promise((resolve) => other.close(resolve));
    const again = await over("up", "--runner", runner, "--failed");
    expect([again.code, again.report.sites.map(({ site }) => site), again.outcomes]).toEqual([
      0,
      ["e2e-many1"],
      ["done"],
    ]);

    await bridgeWorks();
    const status = await over("status", "--no-usage");
    // Its bridge has no centre any more.
    expect([status.code, status.outcomes]).toEqual([2, ["changes", "done", "done"]]);
    const down = await over("down");
    expect([down.code, down.outcomes, await running()]).toEqual([0, ["done", "done", "done"], [""]]);
  }, 240_000);
});
