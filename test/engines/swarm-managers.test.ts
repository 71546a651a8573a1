import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { doctorOutput } from "../../cli/doctor/output.ts";
import { statusOutput, upOutput } from "../../cli/status-output.ts";
import { kit, titled, until } from "../support/e2e.ts";
import type { Machine } from "../support/e2e-machines.ts";
import { noMachines, SERVICES, SwarmOfMachines } from "../support/e2e-swarm-machines.ts";

const MINUTES = 600_000;
const ON = { timeout: MINUTES };

/** A file of its own: what happens to a machine is felt by the next test. */
describe.skipIf(noMachines)(titled("a swarm of three managers", noMachines), ON, () => {
  const swarm = new SwarmOfMachines("e2e-led", { https: 25_963, mqtts: 25_964 }, "up", 3);
  const { deployment, stack } = swarm;
  const [first, holder, third] = [swarm.manager, swarm.holder, swarm.worker];

  /** By a manager's engine. */
  const verb = (machine: Machine, words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    kit([...words.slice(0, 1), "-c", deployment.site, ...words.slice(1)], {
      env: { DOCKER_HOST: machine.engine.host, ...env },
      expected: [0, 1, 2, 3],
    });

  async function up(machine: Machine, words: readonly string[] = [], env = {}) {
    const { code, stdout, stderr } = await verb(machine, ["up", "--json", ...words], env);
    if (code !== 0) throw new Error(`up ended with ${code}\n${stderr}`);
    const { changed, well } = upOutput.parse(JSON.parse(stdout));
    return { changed, well };
  }

  async function status(machine: Machine) {
    const { code, stdout, stderr } = await verb(machine, ["status", "--json"]);
    if (stdout === "") throw new Error(`status ended with ${code}\n${stderr}`);
    const { well, warnings } = statusOutput.parse(JSON.parse(stdout));
    return { well, nodes: warnings.filter((line) => line.startsWith("node ")) };
  }

  /** What doctor says of the managers. */
  async function managers(machine: Machine) {
    const { stdout, stderr } = await verb(machine, ["doctor", "--json"]);
    if (stdout === "") throw new Error(stderr);
    const { findings } = doctorOutput.parse(JSON.parse(stdout));
    const { state, evidence } = findings.find(({ id }) => id === "swarm.managers") ?? {};
    return { state, evidence };
  }

  /** What Docker says of the leader, or why it cannot. */
  const leader = async (machine: Machine): Promise<string> => {
    const { code, stdout, stderr } = await machine.engine.docker(
      ...["node", "ls", "--format", "{{.Hostname}} {{.ManagerStatus}}"],
    );
    return code === 0 ? (/^(\S+) Leader$/m.exec(stdout)?.[1] ?? "none") : stderr;
  };

  /** Verbs that need no manager for the containers of its own node. */
  async function tellsOfItsOwn(said: string) {
    const { code, stdout } = await verb(holder, ["status", "--json", "--no-usage"]);
    const { asConfigured, containers, unknown } = statusOutput.parse(JSON.parse(stdout));
    const health = (role: string) => containers.find((one) => one.role === role)?.health;
    expect({
      ...{ code, asConfigured, first: unknown[0] },
      ...{ postgres: health("postgres"), mosquitto: health("mosquitto") },
    }).toEqual({ code: 2, asConfigured: false, first: said, postgres: "healthy", mosquitto: "healthy" });
    const counted = await verb(holder, ["psql", "--", "-tAc", "SELECT count(*) > 0 FROM readings"]);
    expect(counted).toMatchObject({ code: 0, stdout: "t\n" });
    const logs = await verb(holder, ["logs", "postgres", "--tail", "1"]);
    expect({ code: logs.code, lines: logs.stdout.trimEnd().split("\n").length, stderr: logs.stderr }).toEqual(
      {
        ...{ code: 0, lines: 1, stderr: `· ${said}; these are the logs of this engine's own node\n` },
      },
    );
    const api = `label=com.docker.swarm.service.name=${stack}_api`;
    const isHere = (await holder.engine.output("ps", "--quiet", "--filter", api)) !== "";
    const readings = await verb(holder, ["readings"]);
    expect([readings.code, readings.stderr.split("\n")[0]]).toEqual(
      isHere
        ? [0, ""]
        : [1, `error: api is not on the node of this engine, and nobody knows on which it is: ${said}`],
    );
    return isHere;
  }

  /** And by the engine of a node that has nothing of it, with that of the holder in the site file. */
  async function tellsOfAnother(hasApi: boolean) {
    const { swarm: without } = deployment.config;
    const count = ["psql", "--", "-tAc", "SELECT count(*) > 0 FROM readings"];
    const unknown = await verb(third, count);
    deployment.configure({
      swarm: { ...without, engines: { [holder.name]: { host: holder.engine.host } } },
    });
    const known = await verb(third, count);
    const readings = await verb(third, ["readings"]);
    deployment.configure({ swarm: without ?? {} });
    expect([unknown.code, known.code, known.stdout]).toEqual([1, 0, "t\n"]);
    if (hasApi) expect(readings).toMatchObject({ code: 0, stderr: "" });
  }

  beforeAll(async () => {
    await swarm.open();
    await up(first, ["--target", "swarm"], { DATA_NODE: holder.name });
    await swarm.whole("everything runs");
  }, MINUTES);

  afterAll(() => swarm.close(), MINUTES);

  test("tells the same by each manager, and may lose one", async () => {
    expect(await leader(first)).toBe(first.name);
    for (const machine of [first, holder, third]) {
      expect(await up(machine)).toEqual({ changed: false, well: true });
      expect(await managers(machine)).toEqual({
        ...{ state: "ok", evidence: "3 of 3 managers of the swarm are reachable, and 1 more may be lost" },
      });
    }
  });

  test("goes on under another manager when the leader loses its power, which status tells and up changes", async () => {
    swarm.ask(third);
    await swarm.noneIsLost("led", async () => {
      await first.lose();
      await until(
        "another leads",
        async () => [holder.name, third.name].includes(await leader(third)),
        60_000,
      );
      await swarm.nodeIs(first, "Down");
      await swarm.whole("all of it runs elsewhere", (found) =>
        SERVICES.every((role) => found[role] !== first.name),
      );
      expect(await up(third)).toEqual({ changed: false, well: true });
      swarm.configure({ backend: { limits: { memoryMiB: 224 } } } as never);
      expect(await up(third)).toEqual({ changed: true, well: true });
    });
    expect(await status(third)).toEqual({
      ...{ well: true, nodes: [`node ${first.name} is down, availability active`] },
    });
    expect(await managers(third)).toEqual({
      state: "problem",
      evidence:
        "2 of 3 managers of the swarm are reachable: once one more is lost nothing can be changed, and no service moves to another node",
    });
  });

  test("is told by every verb to have no leader once most managers are away", async () => {
    const said = `the swarm of the engine at ${holder.engine.host} has no leader: half of its managers are away, or more, and none may decide alone. What runs goes on, and nothing can be changed, or told of other nodes`;
    await third.setOnWire(false);
    await until("nobody leads", async () => /has no leader/.test(await leader(holder)), 120_000);
    for (const words of [["up"], ["plan"], ["down"], ["restart", "api"], ["ports"]]) {
      const { code, stderr } = await verb(holder, words);
      expect({
        verb: words[0],
        code,
        first: stderr.split("\n").find((line) => line.startsWith("error")),
      }).toEqual({
        ...{ verb: words[0], code: 1, first: `error: ${said}` },
      });
    }
    expect(await managers(holder)).toEqual({ state: "problem", evidence: said });
    await tellsOfAnother(await tellsOfItsOwn(said));
    await third.setOnWire(true);
  });

  test("takes the lost manager back, and is taken down by it", async () => {
    await first.engine.start({ "no-new-privileges": true, "insecure-registries": [swarm.registry] });
    await first.setOnWire(true);
    const names = swarm.wire.machines.map(({ name }) => name);
    await until("one leads again", async () => names.includes(await leader(third)), 180_000);
    await swarm.nodeIs(first, "Ready");
    await until("nothing of before runs there", async () => (await first.engine.output("ps", "-q")) === "");
    // The leader starts again what it could not see meanwhile.
    await until("every service is well", async () => (await verb(first, ["plan", "--json"])).code === 0);
    expect(await up(first)).toEqual({ changed: false, well: true });
    const { code, stdout } = await verb(first, ["down"]);
    expect({ code, stdout, left: await third.engine.output("service", "ls", "--quiet") }).toEqual({
      ...{
        code: 0,
        stdout: `${deployment.name} is down: 8 services removed from the swarm, data kept.\n`,
        left: "",
      },
    });
    expect(
      await holder.engine.output("volume", "ls", "--quiet", "--filter", `name=${stack}_postgres`),
    ).not.toBe("");
  });
});
