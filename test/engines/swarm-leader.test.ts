import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isInstalled } from "../../core/programs.ts";
import { kit, missing, titled, until } from "../support/e2e.ts";
import type { Machine } from "../support/e2e-machines.ts";
import { SERVICES, SwarmOfMachines } from "../support/e2e-swarm-machines.ts";

const reason =
  missing.docker ??
  missing.namespaces ??
  (isInstalled("docker-registry") ? undefined : "needs docker-registry");
const MINUTES = 600_000;

/** A file of its own: what happens to a machine is felt by the next test. */
describe.skipIf(reason)(titled("a swarm with three managers", reason), { timeout: MINUTES }, () => {
  const swarm = new SwarmOfMachines("e2e-elected", { https: 25_985, mqtts: 25_986 }, "up");
  const { deployment, manager, holder, worker } = swarm;

  /** With the engine of one of the managers. */
  const at = (
    { engine }: Machine,
    words: readonly string[],
    onLine: (line: string) => void = () => undefined,
  ) =>
    kit([...words.slice(0, 1), "-c", deployment.site, ...words.slice(1)], {
      env: { DOCKER_HOST: engine.host, DATA_NODE: holder.name },
      onLine,
    });

  beforeAll(async () => {
    await swarm.open();
    await manager.engine.output("node", "promote", holder.name, worker.name);
    const { code, stderr } = await at(manager, ["up", "--target", "swarm"]);
    if (code !== 0) throw new Error(stderr);
  }, MINUTES);

  afterAll(() => swarm.close(), MINUTES);

  test("up goes on by another manager after the leader was lost in its middle, and no reading is", async () => {
    await swarm.noneIsLost("elected", async () => {
      swarm.configure({
        backend: { limits: { memoryMiB: 224 } },
        redis: { limits: { memoryMiB: 96 } },
      } as never);
      let lost: Promise<void> | undefined;
      const first = await at(holder, ["up"], (line) => {
        if (line.includes("stage 2")) lost ??= manager.lose();
      });
      await lost;
      console.log(`up, whose leader was lost, ended with ${first.code}\n${first.stderr}`);
      expect(lost).toBeDefined();
      const nodes = () => holder.engine.docker("node", "ls", "--format", "{{.ManagerStatus}}");
      await until("there is another leader", async () => (await nodes()).stdout.includes("Leader"), 60_000);
      const again = await at(worker, ["up"]);
      expect(again.code, again.stderr).toBe(0);
    });
    expect(await at(worker, ["plan"])).toMatchObject({ code: 0 });
    const { stdout } = await at(worker, ["status", "--json"]);
    const { well, containers, warnings } = JSON.parse(stdout);
    const places = new Map(containers.map(({ role, node }: { role: string; node: string }) => [role, node]));
    expect({
      well,
      nodes: warnings.filter((line: string) => line.startsWith("node ")),
      here: SERVICES.filter((role) => places.get(role) === manager.name),
    }).toEqual({ well: true, nodes: [`node ${manager.name} is down, availability active`], here: [] });
  });
});
