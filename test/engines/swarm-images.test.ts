import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { upOutput } from "../../cli/status-output.ts";
import { kit, missing, TestDeployment, titled } from "../support/e2e.ts";
import { endMachines, joinSwarm, type Machine, Wire } from "../support/e2e-machines.ts";

const reason = missing.docker ?? missing.namespaces;
const MINUTES = 600_000;
const ON = { timeout: MINUTES };
const off = { enabled: false };

const deployment = new TestDeployment({
  name: "e2e-handed",
  bind: "lan",
  hosts: ["198.51.100.12"],
  frontend: off,
  listeners: { backend: off, mqtt: { port: 25_975 } },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
  health: { intervalSeconds: 1, retries: 10, startPeriodSeconds: 10 },
});

/** Two machines in one swarm and no registry: only the manager's engine has images at first. */
describe.skipIf(reason)(titled("images on a swarm without a registry", reason), ON, () => {
  const wire = new Wire(2);
  const [manager, holder] = wire.machines as [Machine, Machine];
  const data = { DOCKER_HOST: manager.engine.host, DATA_NODE: holder.name };
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-swarm-images-"));
  let made: readonly string[] = [];

  const know = (engines: Readonly<Record<string, { readonly host: string }>>) =>
    deployment.configure({ swarm: { encrypted: false, endpointMode: "dnsrr", engines } });

  async function up() {
    const { code, stdout, stderr } = await kit(["up", "-c", deployment.site, "--target", "swarm", "--json"], {
      env: data,
    });
    return { code, stderr, ...(code === 0 ? upOutput.parse(JSON.parse(stdout)) : {}) };
  }

  /** Of the kit's own images, name and id. */
  const imagesOf = async ({ engine }: Machine): Promise<readonly string[]> =>
    (await engine.output("images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"))
      .split("\n")
      .filter((line) => made.some((name) => line.startsWith(`${name} `)))
      .toSorted();

  beforeAll(async () => {
    know({});
    for (const argv of [["images"], ["render", "-o", folder, "--target", "swarm"]]) {
      const { code, stderr } = await kit([...argv, "-c", deployment.site]);
      if (code !== 0) throw new Error(stderr);
    }
    const script = readFileSync(join(folder, "deployment.sh"), "utf8");
    made = [...script.matchAll(/^ {2}image (\S+)/gm)].map(([, name]) => name as string);
    await wire.open();
    for (const { engine } of wire.machines) await engine.start({ "no-new-privileges": true });
    await manager.engine.load(made);
    await joinSwarm(wire.machines);
  }, MINUTES);

  afterAll(async () => {
    await endMachines(wire);
    rmSync(folder, { recursive: true, force: true });
    if (existsSync(deployment.home)) await deployment.wipe();
  }, MINUTES);

  test("are given to a node by up, from the engine that made them", async () => {
    know({ [holder.name]: { host: holder.engine.host } });
    expect(await imagesOf(holder)).toEqual([]);

    expect(await up()).toMatchObject({ code: 0, changed: true });
    // All of the manager's; the probe is a config of the swarm by then.
    expect(await imagesOf(holder)).toEqual(await imagesOf(manager));
    expect(await imagesOf(manager)).toHaveLength(made.length);
  });

  test("are given again to a node that lost one, although nothing else is to do", async () => {
    expect(await up()).toMatchObject({ code: 0, changed: false });
    const backend = made.find((name) => name.includes("/backend:")) as string;
    await holder.engine.output("image", "rm", "--force", backend);

    const { changed, stderr } = await up();
    expect({ changed, said: stderr.match(/· machine-2: .*/)?.[0] }).toEqual({
      changed: true,
      said: "· machine-2: takes over an image",
    });
    expect(await imagesOf(holder)).toEqual(await imagesOf(manager));
  });

  test("are not given to a node of which nobody says where its engine is: up names it, and what to do", async () => {
    know({});

    expect((await up()).stderr).toContain(
      `· machine-2: is given no images; images are given to the node machine-2, and nothing says where that node's engine is; set swarm.engines.machine-2.host of the site file: ssh://user@${holder.address}, or tcp:// with certificates`,
    );
  });
});
