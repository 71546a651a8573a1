import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { run } from "../../runners/run.ts";
import { kit } from "../support/e2e.ts";
import { SERVICES, SwarmOfMachines } from "../support/e2e-swarm-machines.ts";

const swarm = new SwarmOfMachines("e2e-debugged", { https: 25_983, mqtts: 25_984 }, "up");
const { deployment, stack } = swarm;
const { manager, holder } = swarm;
const verb = (words: readonly string[], env = {}) =>
  kit([...words.slice(0, 1), "-c", deployment.site, ...words.slice(1)], {
    env: { DOCKER_HOST: manager.engine.host, ...env },
  });
const folder = join(deployment.home, "swarm-terraform");
beforeAll(async () => {
  await swarm.open();
  const { code, stderr } = await verb(["up", "--target", "swarm", "--runner", "terraform"], {
    DATA_NODE: holder.name,
  });
  console.log(code, stderr);
}, 600_000);
afterAll(() => swarm.close(), 600_000);
test("x", async () => {
  const tf = async (...a: string[]) =>
    (
      await run(["terraform", `-chdir=${folder}`, ...a], {
        env: { DOCKER_HOST: manager.engine.host },
        expected: [0, 1, 2],
      })
    ).stdout;
  writeFileSync("/tmp/sw-plan1", await tf("plan", "-no-color"));
  const inspect = async (n: string) => {
    for (const r of SERVICES) {
      const ids = (await manager.engine.output("service", "ps", "-q", "--no-trunc", `${stack}_${r}`)).split(
        "\n",
      );
      for (const [i, id] of ids.entries())
        writeFileSync(
          `/tmp/sw-task-${n}-${r}-${i}`,
          await manager.engine.output("inspect", "--type", "task", id),
        );
      writeFileSync(
        `/tmp/sw-service-${n}-${r}`,
        await manager.engine.output("service", "inspect", `${stack}_${r}`),
      );
    }
  };
  await inspect("a");
  const { code, stderr } = await verb(["rotate", "mqtt-backend-password"]);
  console.log(code, stderr);
  await inspect("b");
  writeFileSync("/tmp/sw-plan2", await tf("plan", "-no-color"));
}, 600_000);
