import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunnerName } from "../../runners/record.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled } from "../support/e2e.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";
import { SshServer } from "../support/ssh-server.ts";

const deployment = new TestDeployment({
  name: "e2e-render-far",
  listeners: { mqtt: { port: 25521 } },
  networks: { broker: { ipv4: "10.126.22.0/24" } },
  ...BROKER_ALONE,
});

const engine = new PrivateEngine();
const ssh = new SshServer(25522);
const broker = deployment.container("mosquitto");
const noSsh = existsSync("/usr/sbin/sshd") ? undefined : "openssh-server is not installed";

/** A verb of the kit on the engine elsewhere. */
async function far(env: Record<string, string>, verb: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await kit([verb, "--config", deployment.site, ...args, "--json"], {
    env,
    expected: [0, 1, 2, 3, 70],
  });
  return { code, answer: stdout === "" ? undefined : JSON.parse(stdout), stderr };
}

const there = async () =>
  (await engine.docker("inspect", "--format", "{{.State.Health.Status}}", broker)).stdout.trim();
const here = () =>
  docker("ps", "--all", "--quiet", "--filter", `label=exploreiot.deployment=${deployment.name}`);

/** The words of doctor and ports about a machine elsewhere: looked up there, or not known, and never taken from this machine. */
async function seenFromHere(env: Record<string, string>): Promise<void> {
  const doctor = await far(env, "doctor");
  const ports = await far(env, "ports");
  const found = new Map(
    (doctor.answer.findings as readonly { id: string; state: string; evidence: string }[]).map(
      ({ id, state, evidence }) => [id, `${state}: ${evidence}`],
    ),
  );
  const [port] = ports.answer.ports;

  expect([found.get("disk.engine"), found.get("ports.free"), found.get("subnets.routes")]).toEqual([
    expect.stringMatching(/^unknown: .* is on another machine$/),
    "ok: on the engine's machine, each port is free, or held by the deployment itself",
    expect.stringMatching(/^(ok|warning): /),
  ]);
  expect({ code: ports.code, port, unknown: ports.answer.unknown }).toMatchObject({
    code: 0,
    port: {
      bound: true,
      process: null,
      inside: "answers",
      outside: "was not tried: it is open to the machine of the engine alone",
    },
    unknown: expect.arrayContaining([expect.stringContaining("was not tried")]),
  });
}

/** Nobody can look at a machine elsewhere before an image of the deployment is there. */
test.skipIf(noSsh)("doctor says what it cannot see of a machine that has no image yet", async () => {
  const images = { source: "packages", debianMirror: "http://debian.invalid/debian" } as const;
  const elsewhere = new TestDeployment({ ...deployment.config, name: "e2e-render-farther", images });
  const { stdout } = await kit(["doctor", "--config", elsewhere.site, "--json"], {
    env: { DOCKER_HOST: ssh.host, PATH: `${ssh.bin}:${process.env.PATH}` },
    expected: [0, 1, 3],
  });
  rmSync(join(elsewhere.site, ".."), { recursive: true });
  const states = (JSON.parse(stdout).findings as readonly { id: string; state: string }[])
    .filter(({ id }) => ["disk.engine", "ports.free", "subnets.routes"].includes(id))
    .map(({ id, state }) => `${id}: ${state}`);

  expect(states).toEqual(["disk.engine: unknown", "subnets.routes: unknown", "ports.free: unknown"]);
});

beforeAll(async () => {
  await engine.start();
  const { stdout } = await deployment.kit("images", "--json");
  const images = JSON.parse(stdout) as readonly { readonly tag: string }[];
  await engine.load(images.map(({ tag }) => tag));
  if (noSsh === undefined) await ssh.start(engine.host);
});
afterAll(async () => {
  await ssh.stop();
  await engine.remove();
  await deployment.wipe();
});

describe.each(["terraform", "compose"] as const)("over SSH, with %s", (name: RunnerName) => {
  const reason = noSsh ?? missing[name];
  const env = () => ({ DOCKER_HOST: ssh.host, PATH: `${ssh.bin}:${process.env.PATH}` });

  test.skipIf(reason)(titled("the stack comes up there and not here, files delivered", reason), async () => {
    const { code, stderr } = await far(env(), "up", "--runner", name);

    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect([await there(), await here()]).toEqual(["healthy", ""]);
    const delivered = await engine.output("exec", broker, "cat", "/run/exploreiot/mosquitto_sub");
    expect(delivered).toContain(`-P ${deployment.secret("mqtt-health-password")}`);
  });

  test.skipIf(reason)(
    titled("a second up has nothing to do, and down removes it there", reason),
    async () => {
      const again = await far(env(), "up", "--runner", name);
      if (name === "compose") await seenFromHere(env());
      const down = await far(env(), "down", "--delete-data", "--yes");

      expect([again.code, again.answer?.changed, down.code, await there()]).toEqual([0, false, 0, ""]);
      expect(readdirSync(deployment.home).filter((entry) => entry.startsWith("exploreiot-files-"))).toEqual(
        [],
      );
    },
  );
});

test("a chosen Docker context is followed by compose, and by Terraform too", async () => {
  const config = join(engine.folder, "client");
  mkdirSync(config);
  // Docker looks for the compose plugin next to its configuration.
  symlinkSync(join(homedir(), ".docker", "cli-plugins"), join(config, "cli-plugins"));
  const env = { DOCKER_CONFIG: config, DOCKER_HOST: "" };
  const create = ["context", "create", "far", "--docker", `host=${engine.host}`];
  await docker("--config", config, ...create);
  writeFileSync(join(config, "config.json"), JSON.stringify({ currentContext: "far" }));
  const used = missing.terraform === undefined ? "terraform" : "compose";
  const { code, answer, stderr } = await far(env, "up", "--runner", used);

  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect([answer?.runner, await there(), await here()]).toEqual([used, "healthy", ""]);
  await far(env, "down", "--delete-data", "--yes");
  expect(readFileSync(join(config, "config.json"), "utf8")).toContain("far");
});

test("a context that does not exist is refused by name", async () => {
  const { code, stderr } = await far({ DOCKER_CONTEXT: "nowhere", DOCKER_HOST: "" }, "status");

  expect(code).toBe(1);
  expect(stderr).toContain("error: Docker context nowhere: ");
});
