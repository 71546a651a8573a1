import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kit, missing, titled } from "../support/e2e.ts";
import { killed, randomFrom } from "../support/e2e-kill.ts";
import { SmallSwarm } from "../support/e2e-swarm.ts";

/** For each way. */
const MOMENTS = 3;
const LIMIT = 900_000;
const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const reason = missing.docker ?? missing.namespaces ?? missing.terraform;

/** A file of its own, because an engine that is in a swarm can be nobody else's. */
describe.skipIf(reason)(
  titled("up on Docker Swarm, killed, twice at once, or in the way of others", reason),
  { timeout: LIMIT },
  () => {
    const swarm = new SmallSwarm("e2e-slain", 25_993);
    const { deployment, engine, stack } = swarm;
    const env = { DOCKER_HOST: engine.host };

    const words = (verb: string, ...more: readonly string[]) => [verb, "-c", deployment.site, ...more];

    beforeAll(async () => {
      await swarm.open();
      await swarm.join();
    }, LIMIT);

    afterAll(() => swarm.close(), LIMIT);

    test("a stack of that name with services of somebody else is refused, and left as it is", async () => {
      const [image = ""] = (await engine.output("images", "--format", "{{.Repository}}:{{.Tag}}")).split(
        "\n",
      );
      const web = `${stack}_web`;
      const label = `com.docker.stack.namespace=${stack}`;
      await engine.output("service", "create", "--detach", "--quiet", "--label", label, "--name", web, image);
      const { code, stderr } = await kit(words("up", "--target", "swarm"), { env });

      expect({ code, said: stderr.split("\n").filter((line) => /^(error| {2}→)/.test(line)) }).toEqual({
        code: 1,
        said: [
          `error: the stack ${stack} on this swarm is somebody else's: ${web} is no service of ${deployment.name}`,
          "  → give the deployment another name",
          `  → or take that stack down, if nobody needs it: docker stack rm ${stack}`,
        ],
      });
      expect(await engine.output("service", "ls", "--format", "{{.Name}}")).toBe(web);
      await engine.output("service", "rm", web);
    });

    test.each([
      { way: "stack", up: ["--target", "swarm"] },
      { way: "terraform", up: ["--target", "swarm", "--runner", "terraform"] },
    ])(
      `$way: up goes on from wherever one was killed, at ${MOMENTS} moments (KILL_SEED=${seed} has them again)`,
      async ({ up }) => {
        const random = randomFrom(seed);
        const began = performance.now();
        await kit(words("up", ...up), { env });
        const whole = performance.now() - began;
        const log: string[] = [];
        for (let moment = 0; moment < MOMENTS; moment++) {
          // Something to do for two services, or for all of them.
          if (moment % 2 === 1) await kit(words("down"), { env });
          deployment.configure({ redis: { limits: { memoryMiB: 64 + 32 * (moment % 2) } } });
          const after = random() * whole;
          const all = random() < 0.5;
          await killed(words("up", ...up), () => delay(after), all, env);
          const again = await kit(words("up", ...up), { env });
          const plan = await kit(words("plan"), { env });
          log.push(
            `killed ${all ? "with all that it started" : "alone"} after ${after.toFixed(0)} ms: up ${again.code}, plan ${plan.code}${again.code === 0 ? "" : `\n${again.stderr}`}`,
          );
        }
        console.log(log.join("\n"));

        expect(log.filter((line) => !line.endsWith(": up 0, plan 0"))).toEqual([]);
        await kit(words("down"), { env });
      },
    );

    test("one of two at once works, and the other one says who is at work, or finds nothing to do", async () => {
      const both = await Promise.all([0, 1].map(() => kit(words("up", "--target", "swarm"), { env })));
      const said = both.map(({ code, stderr }) => ({
        code,
        error: stderr.split("\n").find((line) => line.startsWith("error")),
      }));

      expect(said.filter(({ code }) => code === 0).length, JSON.stringify(said)).toBeGreaterThan(0);
      expect(await kit(words("plan"), { env })).toMatchObject({ code: 0 });
    });
  },
);
