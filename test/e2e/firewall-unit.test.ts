import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { ADDRESS, Namespaces } from "../support/e2e-namespaces.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const reason = missing.systemd ?? missing.namespaces;
const off = { enabled: false };
const deployment = new TestDeployment({
  name: "e2e-fw-unit",
  environment: "production",
  hosts: ["localhost"],
  listeners: { mqtts: { port: 24_020 } },
  ...{ backend: off, frontend: off, postgres: off, redis: off },
});

describe.skipIf(reason)(titled("the systemd unit of a rendered folder", reason), () => {
  const folder = join(deployment.site, "..", "rendered");
  const file = (ending: string) => {
    const name = readdirSync(join(folder, "firewall")).find((found) => found.endsWith(ending));
    return join(folder, "firewall", name as string);
  };
  /** The complaints of systemd about a unit. */
  const complaints = async (unit: string) => {
    const { stdout, stderr } = await run(["systemd-analyze", "verify", "--man=no", unit], {
      expected: [0, 1],
    });
    return (stdout + stderr).split("\n").filter((line) => line.includes("exploreiot"));
  };

  beforeAll(async () => {
    const { code, stderr } = await kit(["render", "-c", deployment.site, "-o", folder]);
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => deployment.wipe());

  test("is one that systemd takes as it stands", async () => {
    const broken = join(temporaryFolder(), "exploreiot-broken.service");
    writeFileSync(broken, readFileSync(file(".service"), "utf8").replace("ExecStart=", "ExecBegin="));

    expect(await complaints(file(".service"))).toEqual([]);
    expect(await complaints(broken)).not.toEqual([]);
  });

  test("loads and removes its table with no more rights than it has, and leaves others alone", async () => {
    const text = readFileSync(file(".service"), "utf8");
    const command = (verb: string) =>
      new RegExp(`^Exec${verb}=(.*)$`, "m").exec(text)?.[1]?.replace(/\/etc\/exploreiot\/.*/, file(".nft"));
    const confined = "setpriv --no-new-privs --bounding-set=-all,+net_admin --inh-caps=-all";
    expect(text).toContain("NoNewPrivileges=yes\nCapabilityBoundingSet=CAP_NET_ADMIN\n");
    const script = [
      "nft add table inet other",
      `${confined} ${command("Start")}`,
      `${confined} ${command("Reload")}`,
      "nft list tables",
      `${confined} ${command("Stop")}`,
      "nft list tables",
    ].join("\n");
    const { stdout } = await run(["unshare", "--net", "sh", "-euc", script]);

    expect(stdout.trim().split("\n")).toEqual([
      "table inet other",
      "table inet exploreiot_e2e-fw-unit",
      "table inet other",
    ]);
  });
});

describe.skipIf(missing.namespaces)(titled("the rules for a node of a swarm", missing.namespaces), () => {
  const namespaces = new Namespaces();
  const ports = new TestDeployment({ name: "e2e-fw-swarm", bind: "lan", hosts: ["localhost"] });
  const folder = join(ports.site, "..", "rendered");
  const OWN = [2377, 7946];
  const SERVED = 1883;

  /** Loads the rules of a deployment with these nodes, and says what its neighbour still reaches. */
  async function reached(nodes: readonly string[]): Promise<readonly string[]> {
    ports.configure({ swarm: { nodes: [...nodes] } });
    const { code, stderr } = await kit(["render", "-c", ports.site, "-o", folder, "--target", "swarm"]);
    if (code !== 0) throw new Error(stderr);
    const rules = join(folder, "firewall/exploreiot-e2e-fw-swarm-swarm.nft");
    expect(await namespaces.in(namespaces.machine, ["nft", "--file", rules])).toMatchObject({ code: 0 });
    const open: string[] = [];
    for (const port of [...OWN, SERVED])
      if (await namespaces.reach(ADDRESS.machine.v4, port)) open.push(`${port}/tcp`);
    const ask = `const socket = require("dgram").createSocket("udp4");
      socket.on("message", () => { console.log("answered"); process.exit(); });
      socket.send("x", 4789, "${ADDRESS.machine.v4}");
      setTimeout(() => process.exit(), 2000);`;
    const { stdout } = await namespaces.in(namespaces.outside, [process.execPath, "-e", ask]);
    return stdout === "" ? open : [...open, "4789/udp"];
  }

  beforeAll(async () => {
    await namespaces.open();
    for (const port of [...OWN, SERVED]) namespaces.listen(namespaces.machine, port, "swarm");
    const echo = `const socket = require("dgram").createSocket("udp4");
      socket.on("message", (_, { port, address }) => socket.send("y", port, address));
      socket.bind(4789);`;
    namespaces.start(namespaces.machine, [process.execPath, "-e", echo]);
    const listening = ["sh", "-c", "ss -lntu | grep -cE ':(2377|7946|1883|4789)\\b'"];
    await until("all of them listen", async () => {
      const { stdout } = await namespaces.in(namespaces.machine, listening);
      return stdout.trim() === "4";
    });
  });
  afterAll(async () => {
    await namespaces.close();
    await ports.wipe();
  });

  test("shut the ports of Swarm to a neighbour, and open them to the nodes that are named", async () => {
    const all = [...OWN, SERVED].map((port) => `${port}/tcp`);

    expect(await reached([])).toEqual([`${SERVED}/tcp`]);
    expect(await reached(["192.0.2.1"])).toEqual([`${SERVED}/tcp`]);
    expect(await reached([ADDRESS.outside.v4])).toEqual([...all, "4789/udp"]);
  });
});
