import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { upOutput } from "../../cli/status-output.ts";
import { run } from "../../runners/run.ts";
import { terraformBinary } from "../../runners/terraform/terraform.ts";
import { kit, missing, titled, until } from "../support/e2e.ts";
import { noMachines, ON_DATA_NODE, SERVICES, SwarmOfMachines } from "../support/e2e-swarm-machines.ts";

const reason = noMachines ?? missing.terraform;
const MINUTES = 600_000;
const ON = { timeout: MINUTES };

/** A file of its own: what happens to a machine is felt by the next test. */
describe.skipIf(reason)(titled("a swarm of three machines by Terraform", reason), ON, () => {
  const swarm = new SwarmOfMachines("e2e-applied", { https: 25_981, mqtts: 25_982 }, "up");
  const { deployment, stack } = swarm;
  const [manager, holder, worker] = [swarm.manager, swarm.holder, swarm.worker];

  const verb = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    kit([...words.slice(0, 1), "-c", deployment.site, ...words.slice(1)], {
      env: { DOCKER_HOST: manager.engine.host, ...env },
    });

  async function up(words: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const { code, stdout, stderr } = await verb(["up", "--json", ...words], env);
    if (code !== 0) throw new Error(`up ended with ${code}\n${stderr}`);
    const { changed, runner, well } = upOutput.parse(JSON.parse(stdout));
    const steps = stderr.split("\n").filter((line) => line.startsWith("· plan: "));
    return { changed, runner, well, steps };
  }

  const CHANGED = { changed: true, runner: "terraform", well: true };
  const NOTHING = { ...CHANGED, changed: false, steps: [] as readonly string[] };

  /** The last that Terraform says of a plan of its own. */
  async function planned(): Promise<string | undefined> {
    const folder = join(deployment.home, "swarm-terraform");
    const { stdout } = await run([terraformBinary(), `-chdir=${folder}`, "plan", "-no-color"], {
      env: { DOCKER_HOST: manager.engine.host },
      expected: [0, 1],
    });
    return /No changes\.|Plan: .*|Error: .*/.exec(stdout)?.[0];
  }

  /** Role to the newest task of its service. */
  const tasks = async (): Promise<Readonly<Record<string, string>>> =>
    Object.fromEntries(
      await Promise.all(
        SERVICES.map(async (role) => {
          const ids = await manager.engine.output("service", "ps", "--quiet", `${stack}_${role}`);
          return [role, ids.split("\n")[0] as string] as const;
        }),
      ),
    );

  /** With what the swarm says of its tasks, for who reads a failure. */
  async function expectChanged(before: Readonly<Record<string, string>>, roles: readonly string[]) {
    const now = await tasks();
    const format = "{{.Name}} {{.DesiredState}} {{.CurrentState}} {{.Error}}";
    const said = await manager.engine.output("stack", "ps", "--no-trunc", "--format", format, stack);
    expect(
      SERVICES.filter((role) => before[role] !== now[role]),
      said,
    ).toEqual(roles);
  }

  beforeAll(async () => {
    await swarm.open();
    await up(["--target", "swarm", "--runner", "terraform"], { DATA_NODE: holder.name });
  }, MINUTES);

  afterAll(() => swarm.close(), MINUTES);

  test("pulls images by digest, keeps data and ports on one machine, and plans nothing once it is up", async () => {
    const image = await manager.engine.output(
      ...["service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", `${stack}_api`],
    );
    expect(image).toMatch(
      new RegExp(`^${swarm.registry}/iot/exploreiot/backend:[0-9a-f]{16}@sha256:[0-9a-f]{64}$`),
    );
    const found = await swarm.whole("everything runs");
    expect(ON_DATA_NODE.map((role) => found[role])).toEqual(ON_DATA_NODE.map(() => holder.name));
    const before = await tasks();
    await swarm.noneIsLost("first", async () => {
      expect(await up()).toEqual(NOTHING);
      expect(await planned()).toBe("No changes.");
    });
    await expectChanged(before, []);
  });

  test("updates what changed, and no other", async () => {
    const before = await tasks();
    await swarm.noneIsLost("updated", async () => {
      swarm.configure({ backend: { limits: { memoryMiB: 224 } } } as never);
      expect(await up()).toMatchObject(CHANGED);
    });
    await expectChanged(before, ["api", "ingest"]);
  });

  test("rotates the password of ingest at the broker", async () => {
    const before = await tasks();
    await swarm.noneIsLost("rotated", async () => {
      const { code, stderr } = await verb(["rotate", "mqtt-backend-password"]);
      expect(code, stderr).toBe(0);
    });
    await expectChanged(before, ["ingest", "mosquitto"]);
    expect(await up()).toEqual(NOTHING);
    expect(await planned()).toBe("No changes.");
  });

  test("goes on elsewhere when a worker loses its power, also with an update meanwhile, and takes it back later", async () => {
    await manager.engine.output("node", "update", "--availability", "drain", manager.name);
    await swarm.whole("the worker has what has no data", (found) => found.api === worker.name);
    await manager.engine.output("node", "update", "--availability", "active", manager.name);
    await swarm.noneIsLost("lost", async () => {
      await worker.lose();
      await swarm.nodeIs(worker, "Down");
      await swarm.whole("all of it runs elsewhere", (found) =>
        SERVICES.every((role) => found[role] !== worker.name),
      );
      swarm.configure({ backend: { limits: { memoryMiB: 232 } } } as never);
      expect(await up()).toMatchObject(CHANGED);
    });
    await worker.engine.start({ "no-new-privileges": true, "insecure-registries": [swarm.registry] });
    await worker.setOnWire(true);
    await swarm.nodeIs(worker, "Ready");
    await until("nothing of before runs there", async () => (await worker.engine.output("ps", "-q")) === "");
    expect(await up()).toEqual(NOTHING);
  });

  test("is as declared after the manager's engine was restarted, and after a worker left for good", async () => {
    await swarm.noneIsLost("restarted", async () => {
      await manager.engine.stop();
      await manager.engine.start({ "no-new-privileges": true, "insecure-registries": [swarm.registry] });
      await swarm.nodeIs(holder, "Ready");
      await swarm.whole("all of it runs again");
      await worker.engine.output("swarm", "leave");
      await swarm.nodeIs(worker, "Down");
      await manager.engine.output("node", "rm", worker.name);
      await swarm.whole("all of it runs on two machines", (found) =>
        SERVICES.every((role) => found[role] !== worker.name),
      );
    });
    expect(await up()).toEqual(NOTHING);
    expect(await planned()).toBe("No changes.");
  });

  test("is taken down with all that was made for it, but for its data", async () => {
    const { code, stdout } = await verb(["down"]);
    const left = await Promise.all(
      ["service", "secret", "config"].map((kind) => manager.engine.output(kind, "ls", "--quiet")),
    );
    expect({ code, stdout, left }).toEqual({
      ...{ code: 0, stdout: `${deployment.name} is down: 8 services removed from the swarm, data kept.\n` },
      left: ["", "", ""],
    });
    const kept = ["volume", "ls", "--quiet", "--filter", `name=${stack}_`];
    expect((await holder.engine.output(...kept)).split("\n").toSorted()).toEqual(
      ["mosquitto-data", "postgres-17-data", "redis-data"].map((name) => `${stack}_${name}`),
    );
  });
});
