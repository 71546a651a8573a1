import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { qualified } from "../../runners/docker/observe.ts";
import { survey } from "../../runners/docker/survey.ts";
import { containerChanges } from "../../runners/settings/container.ts";
import { readStack } from "../../runners/stack.ts";
import { docker, missing, TestDeployment, titled } from "../support/e2e.ts";
import { unseenChanges } from "../support/spec-changes.ts";

const deployment = new TestDeployment({
  name: "e2e-status",
  listeners: { frontend: { port: 23100 }, backend: { port: 28100 }, mqtt: { port: 21983 } },
});
const [api, ingest, frontend, mosquitto, redis, postgres] = [
  ...["api", "ingest", "frontend", "mosquitto", "redis", "postgres"],
].map((role) => deployment.container(role)) as [string, string, string, string, string, string];
const DATA = `exploreiot-${deployment.name}-data`;

interface Told {
  readonly asConfigured: boolean;
  readonly state: string;
  readonly containers: readonly { readonly role: string; readonly changes?: readonly Setting[] }[];
}

interface Setting {
  readonly setting: string;
}

interface Planned {
  readonly steps: readonly {
    readonly name: string;
    readonly action: string;
    readonly changes: readonly Setting[];
    readonly standsStill: readonly string[];
  }[];
}

async function status(): Promise<Told & { readonly code: number }> {
  const { code, stdout } = await deployment.kit("status", "--json", "--no-usage");
  return { ...(JSON.parse(stdout) as Told), code };
}

async function plan(runner: string): Promise<Planned & { readonly code: number }> {
  const { code, stdout } = await deployment.kit("plan", "--json", "--runner", runner);
  return { ...(JSON.parse(stdout) as Planned), code };
}

const settingsOf = (changes: readonly Setting[] = []) => changes.map(({ setting }) => setting);

/** Changes each value that the configuration decides in turn, and compares it with what really runs. */
async function unseen(): Promise<readonly string[]> {
  const stack = readStack(deployment.stack);
  const seen = await survey(stack);
  const tried = stack.containers.map((spec) => {
    const state = seen.containers.get(spec.name);
    if (state === undefined) throw new Error(`${spec.name} is not there`);
    return unseenChanges(spec, (changed) =>
      containerChanges(changed, state, seen.images.get(qualified(spec.image))),
    );
  });
  expect(tried.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(500);
  return tried.flatMap(({ unseen }) => unseen);
}

const missingOne = missing.terraform ?? missing.compose;

describe.skipIf(missingOne)(
  titled("a deployment, brought up by terraform and then by compose", missingOne),
  () => {
    beforeAll(async () => {
      await deployment.clear();
    });
    afterAll(() => deployment.wipe());

    test("is told to be not deployed before, as configured after, and each other value would be seen", async () => {
      expect(await status()).toMatchObject({ code: 2, state: "not deployed", asConfigured: false });
      await deployment.up("terraform");

      const room = { freeBytes: expect.any(Number), diskBytes: expect.any(Number) };
      expect(await status()).toMatchObject({
        ...{ code: 0, state: "up", asConfigured: true },
        storage: {
          ...{ databaseBytes: expect.any(Number), ...room, levelsOff: false },
          ...{ weeksAggregatedEarly: 0, trouble: [] },
        },
      });
      expect(await plan("terraform")).toMatchObject({ code: 0, steps: [] });
      expect(await unseen()).toEqual([]);
    });

    test("is seen to differ in each thing that is changed by hand, and plan says what up does about it", async () => {
      await docker("update", "--memory", "100m", "--memory-swap", "120m", redis);
      await docker("update", "--cpus", "0.7", "--cpu-shares", "300", frontend);
      await docker("update", "--pids-limit", "77", "--restart", "no", ingest);
      await docker("network", "disconnect", DATA, api);
      await docker("network", "connect", "--alias", "somebody", DATA, api);
      await docker("network", "connect", "bridge", postgres);
      const image = await docker("inspect", "--format", "{{.Image}}", mosquitto);
      await docker("rm", "--force", mosquitto);
      await docker(
        "run",
        "--detach",
        "--name",
        mosquitto,
        "--env",
        "EXTRA=1",
        "--privileged",
        image,
        "sleep",
        "600",
      );
      const files = `exploreiot-${deployment.name}-ingest-files`;
      const volume = ["--volume", `${files}:/files`] as const;
      await docker(
        "run",
        "--rm",
        "--user",
        "0:0",
        ...volume,
        image,
        "sh",
        "-c",
        "echo other > /files/MQTT_PASSWORD",
      );

      const told = await status();
      const seen = Object.fromEntries(
        told.containers.map(({ role, changes }) => [role, settingsOf(changes)] as const),
      );
      expect(told).toMatchObject({ code: 2, state: "up", asConfigured: false });
      const file = "file./run/exploreiot/MQTT_PASSWORD";
      expect(seen).toMatchObject({
        redis: ["memory", "memory_swap"],
        frontend: ["cpu_shares", "cpus"],
        ingest: ["pids_limit", "restart", file],
        "ingest-files": [file],
        api: ["networks_advanced.exploreiot-e2e-status-data.aliases"],
        postgres: ["networks_advanced"],
        mosquitto: expect.arrayContaining([
          "env.EXTRA",
          "privileged",
          "command",
          "memory",
          "volumes./mosquitto/data",
        ]),
      });

      const byTerraform = await plan("terraform");
      expect(byTerraform.code).toBe(2);
      expect(Object.fromEntries(byTerraform.steps.map(({ name, action }) => [name, action]))).toEqual({
        [redis]: "change in place",
        ...Object.fromEntries(
          [frontend, ingest, api, postgres, mosquitto, deployment.container("ingest-files")].map((name) => [
            name,
            "replace",
          ]),
        ),
      });
    });

    test("is as configured again after up, by the other runner too", async () => {
      const planned = await plan("compose");
      expect(planned.steps.find(({ name }) => name === redis)).toMatchObject({
        ...{ action: "replace", standsStill: ["api", "ingest"] },
        changes: [{ setting: "memory" }, { setting: "memory_swap" }],
      });
      const { log } = await deployment.up("compose");

      expect(log).toContain(`plan: ${redis}: replace: memory 100 MiB → 64 MiB`);
      expect(await status()).toMatchObject({ code: 0, state: "up", asConfigured: true });
      expect(await unseen()).toEqual([]);
    });

    test("is not as configured while another container answers to the name of a service", async () => {
      const other = `${deployment.name}-other`;
      onTestFinished(() => docker("rm", "-f", other).then(() => undefined));
      const image = (await docker("inspect", "--format", "{{.Image}}", postgres)).trim();
      const run = ["run", "-d", "--name", other, "--network", DATA, "--network-alias"];
      await docker(...run, "postgres", "--entrypoint", "sleep", image, "300");
      const words = `${other}, which the configuration does not name, answers to postgres there as well: docker network disconnect -f ${DATA} ${other}`;

      expect(await status()).toMatchObject({
        ...{ code: 2, state: "up", asConfigured: false },
        resources: [{ kind: "network", name: DATA, difference: words, changes: [] }],
      });
      expect(JSON.parse((await deployment.kit("up", "--json")).stdout)).toMatchObject({
        ...{ changed: false, warnings: [`network ${DATA}: ${words}`] },
      });
      const { code, stdout } = await deployment.kit("doctor", "--json");
      const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly id: string }[] };
      expect([code, findings.find(({ id }) => id === "networks.hosts")]).toMatchObject([
        1,
        { state: "problem", evidence: `network ${DATA}: ${words}` },
      ]);

      await docker("rm", "-f", other);
      await docker(...run, "somebody", "--entrypoint", "sleep", image, "300");
      expect(await status()).toMatchObject({ code: 0, state: "up", asConfigured: true });
    });

    test("is not as configured while something has its labels that nobody configured, which up removes", async () => {
      const [miner, spare] = ["miner", "spare"].map((word) => deployment.container(word)) as [string, string];
      const of = '{{index .Config.Labels "exploreiot.checkout"}}';
      const image = await docker("inspect", "--format", "{{.Image}}", redis);
      const labels = [
        ...["--label", `exploreiot.deployment=${deployment.name}`],
        ...["--label", `exploreiot.checkout=${await docker("inspect", "--format", of, redis)}`],
      ];
      await docker(
        ...["run", "--detach", "--name", miner, "--network", "none", ...labels],
        ...["--entrypoint", "sleep", image, "300"],
      );
      const project = `com.docker.compose.project=exploreiot-${deployment.name}`;
      await docker("network", "create", "--label", project, spare);
      const said = { difference: "is not configured", changes: [] };

      expect(await status()).toMatchObject({
        ...{ code: 2, state: "up", asConfigured: false },
        resources: [
          { kind: "container", name: miner, ...said },
          { kind: "network", name: spare, ...said },
        ],
      });
      expect((await plan("compose")).steps).toMatchObject([
        { name: spare, action: "remove" },
        { name: miner, action: "remove" },
      ]);
      expect(await deployment.up("compose")).toMatchObject({ changed: true });
      expect(await status()).toMatchObject({ code: 0, asConfigured: true, resources: [] });
      expect(await docker("network", "ls", "--quiet", "--filter", `name=${spare}`)).toBe("");
    });

    test("says which of its secrets others may read", async () => {
      const secret = join(deployment.home, "secrets", "redis-health-password");
      onTestFinished(() => chmodSync(secret, 0o600));
      chmodSync(secret, 0o644);
      const words = `${deployment.home}: 1 open to others, 0 of another owner: ${secret}; chmod -R go= ${deployment.home}`;

      expect(await status()).toMatchObject({ code: 0, asConfigured: true, warnings: [words] });
      expect(JSON.parse((await deployment.kit("up", "--json")).stdout)).toMatchObject({
        ...{ changed: false, warnings: [words] },
      });
    });

    test("is told to be down once it is taken down", async () => {
      await deployment.kit("down");

      expect(await status()).toMatchObject({ code: 2, state: "down", asConfigured: false });
    });
  },
);
