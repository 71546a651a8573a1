import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunResult, run } from "../../runners/run.ts";
import { kit, missing, titled } from "../support/e2e.ts";
import { SmallSwarm } from "../support/e2e-swarm.ts";

const reason = missing.docker ?? missing.namespaces;
const MINUTES = 300_000;

/** A file of its own, because an engine that is in a swarm can be nobody else's. */
describe.skipIf(reason)(titled("a rendered folder on Docker Swarm", reason), { timeout: MINUTES }, () => {
  const swarm = new SmallSwarm("e2e-swarm", 25_951);
  const { engine, deployment, stack } = swarm;
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-swarm-"));
  let alone: RunResult;

  const start = (env: Readonly<Record<string, string>> = {}) =>
    run(["./start.sh"], { cwd: folder, env: { DOCKER_HOST: engine.host, ...env }, expected: [0, 1] });

  /** The password that the folder has made. */
  const publish = (value: number) =>
    swarm.publish(value, readFileSync(join(folder, "secrets/mqtt-sensor-password"), "utf8"));

  beforeAll(async () => {
    await swarm.open();
    const rendered = await kit(["render", "-c", deployment.site, "-o", folder, "--target", "swarm"]);
    if (rendered.code !== 0) throw new Error(rendered.stderr);
    alone = await start();
    await swarm.join();
    const { code, stderr } = await start();
    if (code !== 0) throw new Error(stderr);
  }, MINUTES);

  afterAll(async () => {
    await swarm.close();
    rmSync(folder, { recursive: true, force: true });
  }, MINUTES);

  test("is refused by an engine that is in no swarm", () => {
    expect(alone).toMatchObject({ code: 1 });
    expect(alone.stderr).toContain("error: this engine is no manager of a swarm");
  });

  test("comes up by stages, and stores what a device sends", async () => {
    expect(await publish(21.5)).toBe("acknowledged");

    await expect.poll(() => swarm.readings(), { timeout: 20_000 }).toEqual([21.5]);
  });

  test("is looked into by verbs with the engine of its one node", async () => {
    cpSync(join(folder, "secrets"), join(deployment.home, "secrets"), { recursive: true });
    const told = async (...words: readonly string[]) => {
      const env = { DOCKER_HOST: engine.host };
      const { stdout, stderr } = await kit([...words, "--json", "--config", deployment.site], { env });
      return stdout === "" ? stderr : JSON.parse(stdout);
    };

    expect(await told("follow")).toMatchObject({ listener: "mqtt", failed: null, cleanedUp: true });
    expect((await told("readings")).readings).toMatchObject([{ sensor: "temp", value: 21.5 }]);
    expect((await told("doctor", "page")).failed).toBe(null);
    expect(await told("ports")).toMatchObject({
      ports: [{ service: "mosquitto", inside: "answers", bound: true, problems: [] }],
      unknown: expect.arrayContaining([
        expect.stringMatching(/refuses connections, but this may not be its machine$/),
      ]),
    });
    expect(await told("status")).toMatchObject({
      well: true,
      readings: { last: { sensor: "temp", value: 21.5 }, silent: [] },
    });
  });

  test("gives its containers what the parity report says of a swarm", async () => {
    const { found, said } = await swarm.parity("swarm");

    expect(found).toEqual(said);
    expect(await swarm.inside("api", "grep", "NoNewPrivs", "/proc/self/status")).toMatch(/1$/);
    expect(
      await swarm.inside(
        "api",
        "sh",
        "-c",
        "stat -c '%u %a' /run/exploreiot/DATABASE_PASSWORD; grep -w /tmp /proc/mounts",
      ),
    ).toMatch(/^10001 400\ntmpfs \/tmp tmpfs rw,nosuid,nodev,noexec,\S*size=16384k/);
  });

  test("is left running by a second start, and follows a changed secret without another", async () => {
    const before = await swarm.ids();
    const secrets = async () => (await engine.output("secret", "ls", "--format", "{{.Name}}")).split("\n");
    const names = await secrets();
    const again = await start();
    expect(again).toMatchObject({ code: 0 });
    expect(await swarm.ids()).toEqual(before);

    rmSync(join(folder, "secrets/redis-health-password"), { force: true });
    expect(await start()).toMatchObject({ code: 0 });
    const after = await swarm.ids();
    expect(SmallSwarm.SERVICES.filter((role) => before[role] !== after[role])).toEqual(["redis"]);
    const now = await secrets();
    expect(now.length).toBe(names.length);
    expect(names.filter((name) => !now.includes(name)).every((name) => name.includes("-redis-"))).toBe(true);
    expect(names.some((name) => !now.includes(name))).toBe(true);
  });

  test("keeps its api where the new one does not become healthy, and says so", async () => {
    const before = await swarm.ids();
    const file = join(folder, "stack.yaml");
    const text = readFileSync(file, "utf8");
    const [above = "", below = ""] = text.split("\n  api:\n");
    // A version of its own, as the kit gives it to every change.
    const broken = below
      .replace("/readyz", "/nowhere")
      .replace(/exploreiot\.spec: [0-9a-f]{12}/, "exploreiot.spec: 0123456789ab");
    writeFileSync(file, [above, broken].join("\n  api:\n"));
    await run(["sh", "-c", "sed -i '/ stack.yaml$/d' SHA256SUMS; sha256sum stack.yaml >>SHA256SUMS"], {
      cwd: folder,
    });
    const { code, stderr } = await start();

    expect({ code, said: stderr.split("\n").find((line) => line.startsWith("error")) }).toEqual({
      code: 1,
      said: `error: ${stack}_api was taken back by the swarm: its new tasks do not stay healthy`,
    });
    expect(await swarm.readings()).toEqual([21.5]);
    const running = await engine.output("ps", "--quiet", "--no-trunc", "--filter", `name=${stack}_api`);
    expect(running.split("\n")).toContain(before.api);
  });
});
