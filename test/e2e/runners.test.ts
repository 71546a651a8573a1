import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import type { RunnerName } from "../../runners/record.ts";
import { run } from "../../runners/run.ts";
import { BROKER_ALONE, OFTEN } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled } from "../support/e2e.ts";

const off = { enabled: false };
const reason = missing.terraform ?? missing.compose;
const ROLES = ["mosquitto", "mosquitto-files", "redis", "redis-files"] as const;
const SOME_MINUTES = 240_000;

/** Two services on networks of their own: a change concerns one of them and must leave the other alone. */
const deployment = new TestDeployment({
  name: "e2e-runners",
  listeners: { mqtt: { port: 21_994 } },
  networks: { broker: { ipv4: "10.213.94.0/25" }, data: { ipv4: "10.213.94.128/25" } },
  ...{ backend: off, frontend: off, postgres: off, health: OFTEN },
});

/** Names and ids of the deployment's containers and networks, as the engine has them. */
async function identities(): Promise<Readonly<Record<string, string>>> {
  const mine = ["--filter", `name=exploreiot-${deployment.name}-`, "--no-trunc"];
  const lines = await Promise.all([
    docker("ps", "--all", ...mine, "--format", "{{.Names}} {{.ID}}"),
    docker("network", "ls", ...mine, "--format", "network:{{.Name}} {{.ID}}"),
  ]);
  return Object.fromEntries(lines.flatMap((text) => text.split("\n").map((line) => line.split(" "))));
}

/** Roles whose container is another one than before. */
async function replacedSince(before: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const now = await identities();
  return ROLES.filter((role) => before[deployment.container(role)] !== now[deployment.container(role)]);
}

/** Each call changes the memory of Redis, and so its configuration file. */
let memoryMiB = 96;
function changeRedis(): void {
  memoryMiB += 8;
  deployment.configure({ redis: { limits: { memoryMiB } } });
}

describe.skipIf(reason)(titled("a change of the runner", reason), { timeout: SOME_MINUTES }, () => {
  beforeAll(() => deployment.clear());
  afterAll(() => deployment.wipe());

  test.each<{ from: RunnerName; to: RunnerName }>([
    { from: "compose", to: "terraform" },
    { from: "terraform", to: "compose" },
  ])(
    "from $from to $to replaces nothing, and later changes what they concern alone",
    async ({ from, to }) => {
      await deployment.clear();
      await deployment.up(from);
      const made = await identities();
      const { changed, log } = await deployment.up(to);

      expect([changed, await identities()]).toEqual([true, made]);
      if (to === "terraform") expect(log).toContain("terraform: no changes");
      changeRedis();
      await deployment.up(to);
      expect(await replacedSince(made)).toEqual(["redis", "redis-files"]);

      expect(await reachable("redis")).toContain("PONG");
    },
  );

  test("and of the configuration at once replaces what the configuration concerns", async () => {
    await deployment.up("compose");
    for (const runner of ["terraform", "compose"] as const) {
      const before = await identities();
      changeRedis();
      await deployment.up(runner);
      expect(await replacedSince(before)).toEqual(["redis", "redis-files"]);
    }
  });

  test("may have a down between, after which the other runner changes what is left", async () => {
    await deployment.up("compose");
    expect((await deployment.kit("down")).code).toBe(0);
    await deployment.up("terraform");
    const before = await identities();
    changeRedis();
    await deployment.up("terraform");
    expect(await replacedSince(before)).toEqual(["redis", "redis-files"]);
  });

  test("keeps what an `up` made that was killed before it could write anything down", async () => {
    await deployment.clear();
    await deployment.up("compose");
    const made = await identities();
    rmSync(join(deployment.home, "deployed.json"));
    await deployment.up("terraform");

    expect(await identities()).toEqual(made);
  });

  test("to cdktf deploy is refused with the way there, and what it deploys then is kept by up", async () => {
    await deployment.clear();
    await deployment.up("compose");
    const made = await identities();
    const refused = await cdktf("deploy", "--auto-approve");
    expect(refused.stdout + refused.stderr).toContain(`${deployment.name} was made by compose`);
    expect(await identities()).toEqual(made);

    await deployment.up("terraform");
    changeRedis();
    expect((await cdktf("deploy", "--auto-approve")).code).toBe(0);
    const deployed = await identities();
    expect(await replacedSince(made)).toEqual(["redis", "redis-files"]);
    await deployment.up("terraform");
    expect(await identities()).toEqual(deployed);
  });
});

/** Asks Redis from its own network, at its alias: a replaced container has to be found there. */
async function reachable(alias: string): Promise<string> {
  const image = await docker("inspect", "--format", "{{.Config.Image}}", deployment.container("redis"));
  const script = `printf 'AUTH health %s\\r\\nPING\\r\\nQUIT\\r\\n' "$1" | timeout 5 bash -c 'exec 3<>/dev/tcp/${alias}/6379; cat >&3; cat <&3'`;
  const network = `exploreiot-${deployment.name}-data`;
  const secret = deployment.secret("redis-health-password");
  return docker(...["run", "--rm", "--network", network, image, "sh", "-c", script, "ask", secret]);
}

function cdktf(verb: string, ...args: readonly string[]) {
  const output = join(projectRoot, "cdktf.out.e2e-runners");
  onTestFinished(() => rmSync(output, { recursive: true, force: true }));
  const argv = [verb, deployment.name, ...args, "--skip-provider-lock", "--output", output];
  return run([join(projectRoot, "node_modules", ".bin", "cdktf"), ...argv], {
    cwd: projectRoot,
    expected: [0, 1],
    env: { EXPLOREIOT_CONFIG: deployment.site, CI: "1", CHECKPOINT_DISABLE: "1" },
  });
}

describe.skipIf(reason)(titled("a user's own settings", reason), { timeout: SOME_MINUTES }, () => {
  const alone = new TestDeployment({
    name: "e2e-settings",
    listeners: { mqtt: { port: 21_995 } },
    ...BROKER_ALONE,
  });
  const own = mkdtempSync(join(tmpdir(), "exploreiot-own-"));
  const env = {
    ...{ DOCKER_CONFIG: own, DOCKER_DEFAULT_PLATFORM: "linux/arm64", DOCKER_CONTENT_TRUST: "1" },
    ...{ COMPOSE_PROJECT_NAME: "stray", COMPOSE_FILE: "/nowhere.yaml", COMPOSE_IGNORE_ORPHANS: "1" },
    ...{
      TF_WORKSPACE: "stray",
      TF_CLI_ARGS: "-stray",
      TF_CLI_ARGS_plan: "-destroy",
      TF_DATA_DIR: "/nowhere",
    },
  };

  beforeAll(async () => {
    const plugins = join(process.env.DOCKER_CONFIG ?? join(homedir(), ".docker"), "cli-plugins");
    symlinkSync(plugins, join(own, "cli-plugins"));
    const proxies = { default: { httpProxy: "http://u:p@127.0.0.1:9", noProxy: "*" } };
    writeFileSync(join(own, "config.json"), JSON.stringify({ proxies }));
    // Compose reads it where it is started, too.
    writeFileSync(join(own, ".env"), "COMPOSE_PROJECT_NAME=stray\nCOMPOSE_REMOVE_ORPHANS=0\n");
    await alone.clear();
  });
  afterAll(async () => {
    rmSync(own, { recursive: true, force: true });
    await alone.wipe();
  });

  test.each(["compose", "terraform"] as const)("change nothing of what %s makes", async (runner) => {
    await alone.clear();
    const args = ["up", "--config", alone.site, "--runner", runner, "--json"];
    const { code, stderr } = await kit(args, { env, cwd: own });
    expect(code, stderr).toBe(0);
    const name = runner === "compose" ? "COMPOSE_PROJECT_NAME" : "TF_WORKSPACE";
    expect(stderr).toMatch(
      new RegExp(`^· ${runner}: not told of .*${name}.*, which the environment sets$`, "m"),
    );

    const each = await docker(
      "inspect",
      ...["mosquitto", "mosquitto-files"].map((role) => alone.container(role)),
    );
    const states = JSON.parse(each) as readonly {
      readonly Config: { Env: string[]; Labels: Record<string, string> };
    }[];
    const variables = states.flatMap(({ Config }) => (Config.Env ?? []).map((entry) => entry.split("=")[0]));
    expect(variables.filter((variable) => /proxy/i.test(variable ?? ""))).toEqual([]);
    expect(states.map(({ Config }) => Config.Labels["com.docker.compose.project"])).toEqual(
      ["mosquitto", "mosquitto-files"].map(() => `exploreiot-${alone.name}`),
    );
    expect((await kit(["down", "--config", alone.site], { env, cwd: own })).code).toBe(0);
    expect(await docker("ps", "--all", "--quiet", "--filter", `name=exploreiot-${alone.name}-`)).toBe("");
  });
});
