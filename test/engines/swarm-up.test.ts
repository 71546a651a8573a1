import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { doctorOutput } from "../../cli/doctor/output.ts";
import { planOutput, statusOutput, upOutput } from "../../cli/status-output.ts";
import { type RunOptions, type RunResult, run } from "../../runners/run.ts";
import { kit, missing, titled, until } from "../support/e2e.ts";
import { SmallSwarm } from "../support/e2e-swarm.ts";

const reason = missing.docker ?? missing.namespaces;
const off = { enabled: false };
const MQTT = 25_971;
const TAKEN = 25_972;
const MINUTES = 300_000;
const ON = { timeout: MINUTES };
const { SERVICES } = SmallSwarm;

/** A file of its own, because an engine that is in a swarm can be nobody else's. */
describe.skipIf(reason)(titled("up, plan, restart and rotate on Docker Swarm", reason), ON, () => {
  const swarm = new SmallSwarm("e2e-raised", MQTT);
  const { engine, deployment, stack: STACK } = swarm;

  const verb = (words: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
    kit([...words.slice(0, 1), "-c", deployment.site, ...words.slice(1)], {
      ...options,
      env: { DOCKER_HOST: engine.host },
    });

  async function up(...words: readonly string[]) {
    const { code, stdout, stderr } = await verb(["up", "--json", ...words]);
    if (code !== 0) throw new Error(`up ended with ${code}\n${stderr}`);
    return upOutput.parse(JSON.parse(stdout));
  }

  const planned = async () => {
    const { code, stdout } = await verb(["plan", "--json"]);
    const { steps, runner } = planOutput.parse(JSON.parse(stdout));
    return { code, runner, steps };
  };

  const differing = async () => {
    const { code, stdout } = await verb(["status", "--json"]);
    const { containers } = statusOutput.parse(JSON.parse(stdout));
    return {
      code,
      services: containers.flatMap(({ role, difference }) =>
        difference === undefined ? [] : [[role, difference]],
      ),
    };
  };

  /** What a refusal says, and what to do, without what was told before. */
  const refusal = async (...words: readonly string[]) => {
    const { code, stderr } = await verb(words);
    const lines = stderr.trimEnd().split("\n");
    return { code, said: lines.slice(lines.findIndex((line) => line.startsWith("error:"))) };
  };

  /** Role to the newest task of its service. */
  const tasks = async (): Promise<Readonly<Record<string, string>>> =>
    Object.fromEntries(
      await Promise.all(
        SERVICES.map(async (role) => {
          const ids = await engine.output("service", "ps", "--quiet", "--no-trunc", `${STACK}_${role}`);
          return [role, ids.split("\n")[0] as string] as const;
        }),
      ),
    );

  const changed = async (before: Readonly<Record<string, string>>) => {
    const now = await tasks();
    return SERVICES.filter((role) => before[role] !== now[role]);
  };

  beforeAll(() => swarm.open(), MINUTES);

  afterAll(() => swarm.close(), MINUTES);

  test("is refused by an engine that is in no swarm", async () => {
    expect(await refusal("up", "--target", "swarm")).toEqual({
      code: 1,
      said: [
        "error: this engine is no manager of a swarm",
        "  → make a swarm: docker swarm init --advertise-addr ADDRESS",
        "  → or use a manager's engine: copy this folder there, or for exploreiot up set DOCKER_HOST or engine.host",
      ],
    });
  });

  test("comes up by stages, is ended by Ctrl-C in the middle, and goes on from there", async () => {
    await swarm.join();
    const stop = new AbortController();
    const onLine = (line: string) => line.includes("stage 2") && stop.abort();
    const interrupted = await verb(["up", "--target", "swarm"], {
      onLine,
      signal: stop.signal,
      endsByItself: true,
    });
    expect(interrupted.stderr.split("\n").find((line) => line.startsWith("error"))).toBe(
      "error: interrupted; nothing is half-written",
    );
    const made = (await engine.output("service", "ls", "--format", "{{.Name}}")).split("\n").toSorted();
    // Whether the job of stage 2 is there by then is the machine's speed.
    expect(made.filter((name) => name !== `${STACK}_migrate`)).toEqual(
      ["mosquitto", "postgres", "redis"].map((role) => `${STACK}_${role}`),
    );
    const postgres = (await engine.output("service", "ps", "--quiet", `${STACK}_postgres`)).split("\n");

    const { changed, runner, containers, well } = await up();
    expect({ changed, runner, well }).toEqual({ changed: true, runner: "stack", well: true });
    expect(Object.fromEntries(containers.map(({ role, health }) => [role, health]))).toEqual({
      ...{ api: "healthy", ingest: "healthy", migrate: "done" },
      ...{ mosquitto: "healthy", postgres: "healthy", redis: "healthy" },
    });
    expect((await engine.output("service", "ps", "--quiet", `${STACK}_postgres`)).split("\n")).toEqual(
      postgres,
    );
  });

  test("keeps every secret in the deployment's own directory, and in secrets of the swarm", async () => {
    const folder = join(deployment.home, "swarm");
    const files = (
      readdirSync(folder, { recursive: true, withFileTypes: true }) as readonly import("node:fs").Dirent[]
    )
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    const inspected = await engine.output(
      ...["service", "inspect", ...SERVICES.map((role) => `${STACK}_${role}`)],
    );
    const configs = (await engine.output("config", "ls", "--quiet")).split("\n");
    const texts = await engine.output("config", "inspect", "--format", "{{json .Spec.Data}}", ...configs);
    const decoded = texts.split("\n").map((line) => Buffer.from(JSON.parse(line), "base64").toString());
    const open = [...files, inspected, ...decoded].join("\n");

    expect(
      [...deployment.secrets()].filter(([, value]) => open.includes(value)).map(([name]) => name),
    ).toEqual([]);
    expect((statSync(deployment.home).mode & 0o777).toString(8)).toBe("700");
  });

  test("has nothing to do a second time, and leaves every task", async () => {
    const before = await tasks();
    const { code, stdout, stderr } = await verb(["up"]);

    expect({
      code,
      last: stdout.split("\n").find((line) => line.startsWith(deployment.name)),
      stderr,
    }).toEqual({
      ...{ code: 0, last: `${deployment.name} is up on the swarm; nothing to do (stack).` },
      stderr: `· ${deployment.name}: on the swarm of which this engine is a manager\n`,
    });
    expect(await tasks()).toEqual(before);
    expect(await planned()).toEqual({ code: 0, runner: "stack", steps: [] });
  });

  test("says before which setting changes which service, and changes those alone", async () => {
    const before = await tasks();
    deployment.configure({ redis: { limits: { memoryMiB: 96 } }, http: { rateLimitPerMinute: 500 } });
    const memory = (from: string, to: string) =>
      ["memory", "memory_reservation"].map((setting) => ({ setting, declared: to, found: from }));
    const { code, runner, steps } = await planned();
    const redis = steps.find(({ name }) => name === `${STACK}_redis`);

    expect({ code, runner }).toEqual({ code: 2, runner: "stack" });
    expect({
      ...redis,
      changes: redis?.changes.filter(({ setting }) => setting.startsWith("memory")),
    }).toEqual({
      ...{ kind: "service", name: `${STACK}_redis`, action: "update stop-first", awaySeconds: 5 },
      standsStill: ["api", "ingest"],
      reasons: [
        "file /run/exploreiot/redis.conf with other content",
        "memory 64 MiB → 96 MiB",
        "memory_reservation 64 MiB → 96 MiB",
      ],
      changes: memory("64", "96"),
    });
    expect(steps.filter(({ name }) => name !== `${STACK}_redis`)).toEqual([
      {
        ...{ kind: "service", name: `${STACK}_api`, action: "update start-first", standsStill: [] },
        reasons: ["env.RATE_LIMIT_PER_MINUTE 600 → 500"],
        changes: [{ setting: "env.RATE_LIMIT_PER_MINUTE", declared: "500", found: "600" }],
      },
    ]);
    expect(await differing()).toEqual({
      code: 2,
      services: [
        [
          "redis",
          "was given another file /run/exploreiot/redis.conf; has memory 64 MiB instead of 96 MiB; has memory_reservation 64 MiB instead of 96 MiB: exploreiot up",
        ],
        ["api", "has env.RATE_LIMIT_PER_MINUTE 600 instead of 500: exploreiot up"],
      ],
    });
    await up();
    expect(await changed(before)).toEqual(["api", "redis"]);
    expect(await differing()).toEqual({ code: 0, services: [] });
  });

  test("sees what was changed by hand, and makes it as configured", async () => {
    const before = await tasks();
    await engine.output("service", "update", "--detach", "--quiet", "--limit-pids", "99", `${STACK}_ingest`);
    await engine.output("service", "scale", "--detach", `${STACK}_api=0`);

    expect((await planned()).steps.map(({ name, action, reasons }) => [name, action, reasons[0]])).toEqual([
      [`${STACK}_api`, "change in place", "replicas 0 → 1"],
      [`${STACK}_ingest`, "update stop-first", "pids_limit 99 → 64"],
    ]);
    await up();
    expect(await changed(before)).toEqual(["api", "ingest"]);
    expect(await planned()).toEqual({ code: 0, runner: "stack", steps: [] });
  });

  test("names what nobody declared, refuses what it did not make, and removes the rest", async () => {
    const [image = ""] = (await engine.output("images", "--format", "{{.ID}}", "exploreiot/redis")).split(
      "\n",
    );
    const label = `com.docker.stack.namespace=${STACK}`;
    const deployed = [
      "--label",
      `exploreiot.deployment=${deployment.name}`,
      "--label",
      "exploreiot.role=api",
    ];
    const sleeps = ["--detach", "--quiet", "--entrypoint", "sleep"];
    await engine.output("network", "create", "--driver", "overlay", "--label", label, `${STACK}_spare`);
    for (const [kind, name] of [
      ["secret", "spare-secret"],
      ["secret", "worn-secret"],
      ["config", "spare-config"],
    ] as const)
      await engine.output(kind, "create", "--label", label, name, "/etc/hostname");
    await engine.output("service", "create", "--name", "other-api", ...deployed, ...sleeps, image, "600");
    const owner = await engine.output(
      ...["service", "inspect", "--format", '{{index .Spec.Labels "exploreiot.checkout"}}', `${STACK}_api`],
    );
    await engine.output(
      ...[
        "service",
        "create",
        "--name",
        `${STACK}_pager`,
        "--network",
        `${STACK}_spare`,
        ...deployed.slice(0, 2),
      ],
      ...["--label", label, "--label", `exploreiot.checkout=${owner}`, "--label", "exploreiot.role=pager"],
      ...[...sleeps, image, "600"],
    );
    await engine.output(
      ...["service", "update", "--detach", "--quiet", "--host-add", "postgres:192.0.2.1"],
      ...["--secret-add", "worn-secret", `${STACK}_ingest`],
    );
    const before = await tasks();
    const status = statusOutput.parse(JSON.parse((await verb(["status", "--json"])).stdout));
    const { steps } = await planned();

    expect({
      asConfigured: status.asConfigured,
      api: status.containers.find(({ role }) => role === "api")?.health,
      resources: status.resources.map(({ kind, name, difference }) => [kind, name, difference]).toSorted(),
      open: status.warnings.filter((line) => line.includes("open to others")),
    }).toEqual({
      ...{ asConfigured: false, api: "healthy" },
      resources: [
        ["config", "spare-config", "is not configured"],
        ["network", `${STACK}_spare`, "is not configured"],
        ["secret", "spare-secret", "is not configured"],
        ["service", `${STACK}_pager`, "is not configured"],
        [
          "service",
          "other-api",
          "is not configured; it was made in another way, so up refuses: docker service rm other-api",
        ],
      ],
      open: [],
    });
    expect(
      steps.map(({ kind, name, action, reasons }) => [kind, name, action, reasons[0]]).toSorted(),
    ).toEqual([
      ["config", "spare-config", "remove", "is not configured"],
      ["network", `${STACK}_spare`, "remove", "is not configured"],
      ["secret", "spare-secret", "remove", "is not configured"],
      ["service", `${STACK}_ingest`, "update stop-first", 'Hosts ["192.0.2.1 postgres"] → none'],
      ["service", `${STACK}_pager`, "remove", "is not configured"],
      ["service", "other-api", "remove", "is not configured"],
    ]);
    expect((await refusal("up")).said).toEqual([
      `error: the service other-api has labels of ${deployment.name}, and was made in another way`,
      "  → if nobody needs it: docker service rm other-api",
      "  → or take the label from it: docker service update --label-rm exploreiot.deployment other-api",
    ]);
    await engine.output("service", "rm", "other-api");
    await up();
    expect(await changed(before)).toEqual(["ingest"]);
    expect(await planned()).toEqual({ code: 0, runner: "stack", steps: [] });
    expect(await engine.output("secret", "ls", "--quiet", "--filter", "name=worn-secret")).toBe("");
  });

  test("is not as configured while services of others answer to the names of its own", async () => {
    const network = `${STACK}_data`;
    // By its name: a service finds no image by its id.
    const [image = ""] = (
      await engine.output("images", "--format", "{{.Repository}}:{{.Tag}}", "exploreiot/redis")
    ).split("\n");
    // Names that nobody asks for here, so that all goes on.
    const others = {
      "by-alias": ["--network", `name=${network},alias=ingest`],
      "by-host-name": ["--network", network, "--hostname", "api"],
      "with-its-own": ["--network", network],
    };
    // A task is found only once it is healthy, and the image's own probe asks for a server.
    const sleeps = ["--no-healthcheck", "--entrypoint", "sleep"];
    for (const [name, joined] of Object.entries(others))
      await engine.output(
        ...["service", "create", "--detach", "--quiet", "--name", name, ...joined, ...sleeps],
        ...[image, "600"],
      );
    const answer = async (host: string) =>
      new Set((await swarm.inside("postgres", "getent", "ahostsv4", host)).match(/^\S+/gm)).size;
    const all = async () => (await Promise.all(["ingest", "api", "redis"].map(answer))).join(" ");
    await until("Docker's DNS leads to them as well", async () => (await all()) === "2 2 1", 60_000);
    const told = [
      ["by-alias", "ingest"],
      ["by-host-name", "api"],
    ].map(
      ([name, taken]) =>
        `${name}, which the configuration does not name, answers to ${taken} there as well: docker service update --network-rm ${network} ${name}`,
    );
    const status = async () => {
      const { code, stdout } = await verb(["status", "--json"]);
      const { asConfigured, resources } = statusOutput.parse(JSON.parse(stdout));
      return {
        code,
        asConfigured,
        resources: resources.toSorted((one, other) => (one.difference < other.difference ? -1 : 1)),
      };
    };

    expect(await status()).toEqual({
      ...{ code: 2, asConfigured: false },
      resources: told.map((difference) => ({ kind: "network", name: network, changes: [], difference })),
    });
    const { changed, warnings } = await up();
    expect({ changed, warnings: warnings.filter((line) => line.startsWith("network")).toSorted() }).toEqual({
      changed: false,
      warnings: told.map((line) => `network ${network}: ${line}`),
    });
    const doctor = async () => {
      const { stdout } = await verb(["doctor", "--json"], { expected: [0, 1, 3] });
      const { findings } = doctorOutput.parse(JSON.parse(stdout));
      return findings
        .filter(({ state }) => state === "problem")
        .map(({ id, evidence }) => [id, evidence.split("\n").toSorted()]);
    };
    // The ports and networks of the deployment itself are none.
    expect(await doctor()).toEqual([["networks.hosts", told.map((line) => `network ${network}: ${line}`)]]);
    const down = await refusal("down");
    expect([down.code, down.said.filter((line) => line.startsWith("  → docker")).toSorted()]).toEqual([
      1,
      Object.keys(others).map((name) => `  → docker service update --network-rm ${network} ${name}`),
    ]);
    expect(await planned()).toEqual({ code: 0, runner: "stack", steps: [] });
    // Nobody but a service can: what is told is all.
    const container = await engine.docker("run", "--rm", "--network", network, "--entrypoint", "true", image);
    expect(container).toMatchObject({
      code: 125,
      stderr: expect.stringContaining("not manually attachable"),
    });

    for (const line of told)
      await engine.output(...(line.split(": docker ")[1] as string).split(" "), "--detach");
    await until("they are off it", async () => (await all()) === "1 1 1", 60_000);
    expect(await status()).toEqual({ code: 0, asConfigured: true, resources: [] });
    expect(await doctor()).toEqual([]);
    await engine.output("service", "rm", ...Object.keys(others));
  });

  test("names the service that fails with its last errors, and goes back", async () => {
    const listener = swarm.inNetwork(
      `require("net").createServer().listen(${TAKEN}); setTimeout(() => process.exit(), ${MINUTES / 2})`,
    );
    deployment.configure({ listeners: { backend: off, mqtt: { port: TAKEN } } });
    const { code, said } = await refusal("up");

    expect({ code, first: said[0], last: said.at(-1) }).toEqual({
      ...{
        code: 1,
        first: `error: ${STACK}_mosquitto was taken back by the swarm: its new tasks do not stay healthy`,
      },
      last: "  → fix what the lines above say, and run exploreiot up again: it goes on from there",
    });
    expect(said.join("\n")).toContain("address already in use");
    deployment.configure({ listeners: { backend: off, mqtt: { port: MQTT } } });
    const { well } = await up();
    expect(well).toBe(true);
    listener.catch(() => undefined);
  });

  test("knows a job as done of which the swarm has nothing but a later failure", async () => {
    await swarm.failMigration(true);
    const first = await planned();
    // Also start.sh, where something else has to be done: it keeps what the service says.
    deployment.configure({ http: { rateLimitPerMinute: 450 } });
    const before = await tasks();
    const { code, stderr } = await verb(["up"]);
    const then = { changed: await changed(before), plan: await planned() };
    await swarm.letMigrate(true);

    expect(code, stderr).toBe(0);
    expect({ first, ...then }).toEqual({
      first: { code: 0, runner: "stack", steps: [] },
      changed: ["api"],
      plan: { code: 0, runner: "stack", steps: [] },
    });
  });

  test("starts a job again that failed for good, says so, and names it where it fails again", async () => {
    await swarm.failMigration(false);
    const { code, steps } = await planned();
    expect({ code, steps }).toEqual({
      code: 2,
      steps: [
        {
          ...{ kind: "service", name: `${STACK}_migrate`, action: "start again", standsStill: [] },
          ...{ reasons: ["is failed: task: non-zero exit (1)"], changes: [] },
        },
      ],
    });
    const again = await verb(["up"]);
    expect({
      code: again.code,
      said: again.stderr.split("\n").filter((line) => /^(· .*again|error| {2}→)/.test(line)),
    }).toEqual({
      code: 1,
      said: [
        `· plan: ${STACK}_migrate: start again: is failed: task: non-zero exit (1)`,
        `· ${STACK}_migrate failed before, and is started again`,
        `error: ${STACK}_migrate failed as often as it may be tried`,
        "  → fix what the lines above say, and run exploreiot up again: it goes on from there",
      ],
    });
    await swarm.letMigrate(true);
    const before = await tasks();
    const { code: done, stderr } = await verb(["up"]);
    expect(done, stderr).toBe(0);
    expect(stderr).toContain(`· ${STACK}_migrate failed before, and is started again`);
    expect(await changed(before)).toEqual(["migrate"]);
    expect(await planned()).toEqual({ code: 0, runner: "stack", steps: [] });
  });

  test("restarts services, waits until each new task is healthy, and leaves them at the next up", async () => {
    const before = await tasks();
    const { code, stdout } = await verb(["restart", "--json", "api", "postgres"]);

    expect({ code, told: JSON.parse(stdout) }).toEqual({
      code: 0,
      told: { deployment: deployment.name, restarted: ["api", "postgres"] },
    });
    expect(await changed(before)).toEqual(["api", "postgres"]);
    const after = await tasks();
    deployment.configure({ http: { rateLimitPerMinute: 400 } });
    await up();
    expect(await changed(after)).toEqual(["api"]);
  });

  test("rotates a device's password in two steps, and the key of the hashes, and loses no reading", async () => {
    const former = deployment.secret("mqtt-sensor-password");
    const answers = [await swarm.publish(1, former)];
    expect(await verb(["rotate", "mqtt-sensor-password"])).toMatchObject({ code: 0 });
    const now = deployment.secret("mqtt-sensor-password");
    answers.push(await swarm.publish(2, former), await swarm.publish(3, now));
    expect(await verb(["rotate", "--finish"])).toMatchObject({ code: 0 });
    answers.push(await swarm.publish(4, former), await swarm.publish(5, now));
    expect(await verb(["rotate", "hash-key"])).toMatchObject({ code: 0 });

    expect(answers).toEqual([
      ...["acknowledged", "acknowledged", "acknowledged"],
      ...["Connection refused: Not authorized", "acknowledged"],
    ]);
    await expect.poll(() => swarm.readings(), { timeout: 30_000 }).toEqual([1, 2, 3, 5]);
    expect(await planned()).toEqual({ code: 0, runner: "stack", steps: [] });
  });

  test("is refused with other secrets, and on one machine", async () => {
    const away = `${deployment.home}-away`;
    renameSync(deployment.home, away);
    const told = await differing();
    const other = await refusal("up");
    rmSync(deployment.home, { recursive: true, force: true });
    renameSync(away, deployment.home);

    // Secrets that were made elsewhere cannot be compared: all else is as configured.
    expect(told).toEqual({ code: 0, services: [] });
    expect(other).toEqual({
      code: 1,
      said: [
        `error: ${deployment.name} on this swarm has other secrets than these: it was started from another checkout or folder`,
        "  → go on where it was started, or bring its secrets here",
        `  → or take it down first, and give devices their new passwords: docker stack rm ${STACK}`,
      ],
    });
    deployment.configure({ postgres: { limits: { memoryMiB: 1_000_000 } } });
    const tooLarge = await Promise.all([refusal("plan"), refusal("up")]);
    deployment.configure({ postgres: {} });
    const said = [
      `error: the services of ${deployment.name} do not fit on this swarm, which reserves their memory`,
      expect.stringMatching(
        /^mosquitto, postgres, redis: 1\d{6} MiB, which are all on the node with the data, and \S+ has \d+ MiB$/,
      ),
      expect.stringMatching(/^1\d{6} MiB for all services, and all nodes have \d+ MiB$/),
      "  → lower limits.memoryMiB of services, or give the swarm a larger node",
    ];
    expect(tooLarge).toEqual([
      { code: 1, said },
      { code: 1, said },
    ]);
    expect((await refusal("up", "--target", "machine")).said[0]).toBe(
      `error: --target machine: ${deployment.name} is on the swarm of this engine; allowed: swarm`,
    );
    // A client without compose's plugin, which one machine would have to be given.
    const tools = mkdtempSync(join(tmpdir(), "exploreiot-tools-"));
    const client = (await run(["sh", "-c", "command -v docker"])).stdout.trim();
    const lacking = `#!/bin/sh\n[ "$1" != compose ] || exit 1\nexec ${client} "$@"\n`;
    writeFileSync(join(tools, "docker"), lacking, { mode: 0o755 });
    const { stderr } = await kit(["up", "--setup", "--runner", "compose", "-c", deployment.site], {
      env: { DOCKER_HOST: engine.host, PATH: tools },
    });
    rmSync(tools, { recursive: true });
    expect(stderr.split("\n").slice(0, 2)).toEqual([
      "error: --setup: installs what one machine needs; allowed for a swarm: up without it",
      "  → install Docker on every node, and join them: docker swarm init, docker swarm join",
    ]);
    expect((await refusal("up", "--runner", "compose")).said[0]).toBe(
      "error: --runner compose: brings up containers of one machine; allowed for a swarm: auto, terraform",
    );
  });

  test("goes on after a restart of the manager's engine, and after it was down, with its readings", async () => {
    await engine.output("swarm", "update", "--autolock=true");
    const key = await engine.output("swarm", "unlock-key", "--quiet");
    await engine.stop();
    await engine.start({ "no-new-privileges": true });
    // A manager that cannot tell is not taken for an engine without a swarm, on which up would deploy a second time.
    expect((await refusal("up")).said).toEqual([
      'error: Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
    ]);
    const unlock = ["docker", "swarm", "unlock"] as const;
    await run([...unlock], { input: `${key}\n`, env: { DOCKER_HOST: engine.host } });
    await until("up finds a swarm that works", async () => (await verb(["up"])).code === 0, MINUTES);
    expect(await planned()).toEqual({ code: 0, runner: "stack", steps: [] });
    expect(await verb(["down"])).toMatchObject({ code: 0 });
    const [image = ""] = (await engine.output("images", "--format", "{{.ID}}")).split("\n");
    const label = `exploreiot.deployment=${deployment.name}`;
    const id = await engine.output("create", "--label", label, image, "true");
    expect((await refusal("up", "--target", "swarm")).said[0]).toBe(
      `error: --target swarm: ${deployment.name} is on this engine, without a swarm; allowed: machine`,
    );
    await engine.output("rm", id);

    // The swarm knows where the data is: without it this would be another deployment, on one machine and empty.
    expect(await up()).toMatchObject({ changed: true, runner: "stack" });
    await expect.poll(() => swarm.readings(), { timeout: 30_000 }).toEqual([1, 2, 3, 5]);
  });
});
