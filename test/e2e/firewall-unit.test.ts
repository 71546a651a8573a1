import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { kit, missing, TestDeployment, titled } from "../support/e2e.ts";
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
  /** What systemd says against a unit. */
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
  afterAll(() => deployment.forget());

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
