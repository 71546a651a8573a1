import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunnerName } from "../../runners/record.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { missing, TestDeployment, titled } from "../support/e2e.ts";
import { killed, randomFrom } from "../support/e2e-kill.ts";

/** For each runner: 20 in all. */
const MOMENTS = 10;
const LIMIT = 600_000;
const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);

const PORTS = { terraform: 26020, compose: 26022 } as const;

describe.concurrent.each(["terraform", "compose"] as const)("%s", (runner) => {
  const reason = missing.docker ?? missing[runner];
  describe.skipIf(reason)(titled(`a verb that is killed while ${runner} works`, reason), () => {
    const deployment = new TestDeployment({
      name: `e2e-kills-${runner}`,
      listeners: { mqtt: { port: PORTS[runner] } },
      ...BROKER_ALONE,
    });
    beforeAll(() => deployment.clear());
    afterAll(() => deployment.wipe());

    test(`leaves what up and down can go on from, at ${MOMENTS} moments of seed ${seed} (KILL_SEED=${seed} has them again)`, {
      timeout: LIMIT,
    }, async () => {
      const random = randomFrom(seed);
      const pick = <T>(...of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
      const verbs = {
        up: ["up", "--runner", runner],
        down: ["down"],
        "down --delete-data": ["down", "--delete-data", "--yes"],
      } as const;
      const seconds = { up: await duration(deployment, runner), down: 3, "down --delete-data": 3 };
      const log: string[] = [];
      let isUp = true;
      for (let moment = 0; moment < MOMENTS; moment++) {
        const verb = isUp ? pick("up", "down", "down --delete-data") : "up";
        // A change, so that there is something to do where it is up already.
        deployment.configure({ listeners: { mqtt: { port: PORTS[runner] + (moment % 2) } } });
        const after = random() * seconds[verb] * 1000;
        const whole = pick(true, false);
        const early = await killed([...verbs[verb], "--config", deployment.site], () => delay(after), whole);
        const next = pick("up", "down") as "up" | "down";
        const { code, stderr } = await deployment.kit(...(verbs[next] as readonly [string, ...string[]]));
        log.push(
          `${verb}, killed ${whole ? "with all it started" : "alone"} after ${after.toFixed(0)} ms${early ? " (it had ended)" : ""}; ${next}: ${code}${code === 0 ? "" : `\n${stderr}`}`,
        );
        if (code !== 0) break;
        isUp = next === "up";
      }
      const up = await deployment.kit(...verbs.up);
      const status = await deployment.kit("status");
      const down = await deployment.kit(...verbs.down);

      expect(log.filter((line) => !line.endsWith(": 0"))).toEqual([]);
      expect([log.length, up.code, status.code, down.code]).toEqual([MOMENTS, 0, 0, 0]);
    });
  });
});

async function duration(deployment: TestDeployment, runner: RunnerName): Promise<number> {
  const started = performance.now();
  await deployment.up(runner);
  return (performance.now() - started) / 1000;
}
