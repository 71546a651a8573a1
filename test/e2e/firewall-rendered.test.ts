import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROKER_ALONE, SOON_UNHEALTHY } from "../support/broker-alone.ts";
import { missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { endTimeToConfirm } from "../support/e2e-guarded.ts";
import { takeImages } from "../support/e2e-images.ts";
import { ADDRESS, Namespaces, scan } from "../support/e2e-namespaces.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";
import { RenderedFolder } from "../support/e2e-rendered.ts";

const reason = missing.docker ?? missing.compose ?? missing.namespaces;
const [SSH, MQTT, OTHER] = [24_122, 24_123, 24_124];
const { machine } = ADDRESS;

const deployment = new TestDeployment({
  ...{ name: "e2e-fw-folder", hosts: [machine.v4] },
  listeners: { mqtt: { port: MQTT, bind: "lan" } },
  firewall: {
    ...{ enabled: true, scope: "host", interfaces: ["wan0"], confirmSeconds: 600 },
    ssh: { port: SSH },
  },
  ...BROKER_ALONE,
  health: SOON_UNHEALTHY,
});

describe.skipIf(reason)(titled("rules for the whole machine in a rendered folder", reason), () => {
  const namespaces = new Namespaces();
  const engine = new PrivateEngine(namespaces);
  const files = new RenderedFolder({ DOCKER_HOST: engine.host });
  const firewall = deployment.container("firewall");
  const confirm = `docker exec ${firewall} firewall confirm`;

  const state = async () =>
    /^state=(.*)$/m.exec(await engine.output("exec", firewall, "firewall", "status"))?.[1];
  const seen = () => scan(namespaces, machine.v4, [SSH, MQTT, OTHER].join());
  const open = { [SSH]: "open", [MQTT]: "open" };

  beforeAll(async () => {
    await namespaces.open();
    for (const port of [SSH, OTHER]) namespaces.listen(namespaces.machine, port, `port ${port}`);
    await engine.start();
    await takeImages(engine, deployment.config, ["base", "firewall", "mosquitto"]);
    await files.render(deployment);
  });
  afterAll(async () => {
    await engine.remove();
    await namespaces.close();
    files.remove();
    await deployment.forget();
  });

  test("are applied by the one command, which says how they are kept; the runbook says the same", async () => {
    const { code, stderr } = await files.shell("./start.sh");

    expect(code, stderr).toBe(0);
    expect(stderr.split("\n").slice(-4)).toEqual([
      expect.stringMatching(/^· the rules for the whole machine are taken back in \d+ s; log in again/),
      `·   ${confirm}`,
      `· exploreiot-${deployment.name} is up`,
      "",
    ]);
    expect(files.runbook()).toContain(`\`\`\`sh\n${confirm}\n\`\`\``);
    expect(await seen()).toEqual({ ...open, [OTHER]: "filtered" });
  });

  test("are taken back when nobody keeps them, and tried again by the next start", async () => {
    await endTimeToConfirm(engine, firewall);
    await until("they are taken back", async () => (await state()) === "reverted", 60_000);
    expect(await seen()).toEqual({ ...open, [OTHER]: "open" });
    await until("that shows", async () => (await engine.output("ps")).includes("unhealthy"), 60_000);
    const { code, stderr } = await files.shell("./start.sh");

    expect(code, stderr).toBe(0);
    expect(stderr).toContain("· trying the firewall's rules again\n");
    expect([await state(), await seen()]).toEqual(["unconfirmed", { ...open, [OTHER]: "filtered" }]);
  });

  test("are kept by the runbook's command once a login came in, and are back by themselves after a reboot", async () => {
    expect(await namespaces.ask(namespaces.outside, machine.v4, SSH)).toBe(`port ${SSH}`);
    expect((await files.shell(confirm)).stdout).toBe("firewall: confirmed\n");
    await engine.stop();
    await namespaces.in(namespaces.machine, ["nft", "flush", "ruleset"]);
    expect(await scan(namespaces, machine.v4, String(OTHER))).toEqual({ [OTHER]: "open" });
    await engine.start();
    await until("they are back", async () => (await state().catch(() => "")) === "applied", 60_000);

    expect(await seen()).toEqual({ ...open, [OTHER]: "filtered" });
  });
});
