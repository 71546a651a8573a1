import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { statusOutput } from "../../cli/status-output.ts";
import { modelOf } from "../../render/model.ts";
import { serverParts } from "../../render/swarm/home-secrets.ts";
import { possibleSwarm, swarmImages } from "../../render/swarm/plan.ts";
import { terraformSwarm } from "../../render/swarm/terraform.ts";
import { type RunResult, run } from "../../runners/run.ts";
import { readStack } from "../../runners/stack.ts";
import { upSwarmByTerraform } from "../../runners/swarm/terraform.ts";
import { terraformBinary } from "../../runners/terraform/terraform.ts";
import { kit, missing, titled, until } from "../support/e2e.ts";
import type { PrivateEngine } from "../support/e2e-private-engine.ts";
import { SmallSwarm } from "../support/e2e-swarm.ts";

const reason = missing.docker ?? missing.namespaces ?? missing.terraform;
const MINUTES = 480_000;
const { SERVICES } = SmallSwarm;

/** A file of its own, as swarm.test.ts, for the same reason. */
describe.skipIf(reason)(titled("Docker Swarm by Terraform", reason), { timeout: MINUTES }, () => {
  const swarm = new SmallSwarm("e2e-terraformed", 25_953);
  const { engine, deployment, stack: STACK } = swarm;
  const FOLDER = join(deployment.home, "swarm-terraform");
  const PLANNED = join(FOLDER, "canary.tfplan");
  let interrupted: RunResult;
  let atInterrupt: string;

  const up = (signal?: AbortSignal) =>
    kit(["up", "-c", deployment.site, "--target", "swarm", "--runner", "terraform", "--json"], {
      env: { DOCKER_HOST: engine.host },
      expected: [0, 1, 130],
      ...(signal === undefined ? {} : { signal, endsByItself: true }),
    });

  async function isUp(): Promise<{ readonly changed: boolean; readonly log: string }> {
    const { code, stdout, stderr } = await up();
    if (code !== 0) throw new Error(stderr);
    return { changed: JSON.parse(stdout).changed, log: stderr };
  }

  const terraform = (...args: readonly string[]) =>
    run([terraformBinary(), `-chdir=${FOLDER}`, ...args], {
      env: { DOCKER_HOST: engine.host },
      expected: [0, 1, 2],
    });

  beforeAll(async () => {
    await swarm.open();
    await swarm.join();
    // Stopped as soon as there is something that Terraform waits for, and so has not written down.
    const stop = new AbortController();
    const starting = up(stop.signal);
    const named = () => engine.output("service", "ls", "--format", "{{.Name}}");
    await until("a service is there", async () => (await named()).includes("_postgres"), 120_000);
    stop.abort();
    interrupted = await starting;
    atInterrupt = await named();
    await isUp();
  }, MINUTES);

  afterAll(async () => {
    delete process.env.DOCKER_HOST;
    await swarm.close();
  }, MINUTES);

  test("goes on where it was interrupted, and plans nothing once it is up", async () => {
    expect(interrupted.stderr).toContain("interrupted");
    expect(atInterrupt).not.toContain("_api");
    const before = await swarm.ids();
    expect(await isUp()).toMatchObject({ changed: false });
    const { code, stdout } = await terraform("plan", "-detailed-exitcode", "-no-color");

    expect(`${code} ${stdout.trim().split("\n").at(-4)}`).toMatch(/^0 .*No changes/);
    expect(await swarm.ids()).toEqual(before);
    expect((await swarm.containerOf("migrate")).State).toMatchObject({ Status: "exited", ExitCode: 0 });
  });

  test("gives its containers what the parity report says of a swarm by Terraform", async () => {
    const { found, said } = await swarm.parity("swarm-terraform");

    expect(found).toEqual(said);
  });

  test("holds no secret in its state, its plan, its files and the swarm's services", async () => {
    await terraform("plan", "-refresh=false", `-state=${join(FOLDER, "none.tfstate")}`, `-out=${PLANNED}`);
    const planned = await terraform("show", "-json", PLANNED);
    rmSync(PLANNED);
    const names = readdirSync(FOLDER).filter((name) => /^(main|terraform)\./.test(name));
    const places = new Map([
      ...names.map((name) => [name, readFileSync(join(FOLDER, name), "utf8")] as const),
      ["plan", planned.stdout],
      ["services", await engine.output("service", "inspect", ...SERVICES.map((role) => `${STACK}_${role}`))],
    ]);
    const secrets = [...deployment.secrets()].flatMap(([name, value]) => [
      [name, value] as const,
      [`${name} in base64`, Buffer.from(value).toString("base64").replace(/=+$/, "")] as const,
    ]);

    expect(
      [...places].flatMap(([place, text]) =>
        secrets.filter(([, value]) => text.includes(value)).map(([name]) => `${place}: ${name}`),
      ),
    ).toEqual([]);
    expect(names.toSorted()).toEqual([
      "main.tf.json",
      "terraform.tfstate",
      "terraform.tfstate.backup",
      "terraform.tfvars.json",
    ]);
    // What is looked at is there: the state has services and names of secrets, and the plan makes all of it.
    expect(places.get("terraform.tfstate")).toContain("redis-redis-files-health");
    expect(JSON.parse(planned.stdout).planned_values.root_module.resources.length).toBeGreaterThan(15);
    expect(
      [FOLDER, ...names.map((name) => join(FOLDER, name))].map((path) => (statSync(path).mode & 0o077) === 0),
    ).toEqual(Array(5).fill(true));
  });

  test("follows a changed secret without another, and removes the one of before", async () => {
    const before = await swarm.ids();
    const secrets = async () => (await engine.output("secret", "ls", "--format", "{{.Name}}")).split("\n");
    const names = await secrets();
    rmSync(join(deployment.home, "secrets/redis-health-password"));

    expect(await isUp()).toMatchObject({ changed: true });
    const after = await swarm.ids();
    expect(SERVICES.filter((role) => before[role] !== after[role])).toEqual(["redis"]);
    const now = await secrets();
    expect(now.length).toBe(names.length);
    expect(
      names.filter((name) => !now.includes(name)).map((name) => name.includes("-redis-redis-files-")),
    ).toEqual([true, true]);
  });

  test("keeps its api where the new one does not become healthy, and says so; what is right again needs nothing", async () => {
    const before = await swarm.ids();
    const stack = readStack(deployment.stack);
    const model = modelOf(stack, deployment.home);
    const plan = possibleSwarm(model);
    const known = {
      parts: serverParts(model, deployment.home),
      images: await wordsOf(engine, swarmImages(plan)),
    };
    const asked = terraformSwarm(plan, known);
    const version = asked.services.find(({ role }) => role === "api")?.version.slice(0, 12) as string;
    const { resource, ...rest } = asked.document as {
      readonly resource: { readonly docker_service: { readonly api: object } };
    };
    const api = JSON.parse(
      JSON.stringify(resource.docker_service.api)
        .replaceAll("/readyz", "/nowhere")
        .replaceAll(version, "0123456789ab"),
    );
    const broken = {
      ...asked,
      document: { ...rest, resource: { ...resource, docker_service: { ...resource.docker_service, api } } },
      services: asked.services.map((one) => ({
        ...one,
        version: one.version.replace(version, "0123456789ab"),
      })),
    };
    process.env.DOCKER_HOST = engine.host;
    const tried = () =>
      upSwarmByTerraform({ stack, home: deployment.home, report: () => undefined }, broken).catch(
        ({ message }: Error) => message,
      );
    const [failure, again] = [await tried(), await tried()];
    const running = await engine.output("ps", "--quiet", "--no-trunc", "--filter", swarm.ofService("api"));

    expect(failure).toMatch(/^terraform apply failed\ndocker_service\.api: .*service rollback completed/);
    expect(failure).toContain(`\n${STACK}_api was taken back by the swarm\n  ${STACK}_api.1 on `);
    expect(again).toMatch(/^terraform apply failed\ndocker_service\.api: .*service rollback completed/);
    expect(running.split("\n")).toEqual([before.api]);
    expect(await isUp()).toMatchObject({ changed: false });
  });

  test("knows a job as done of which the swarm has nothing but a later failure", async () => {
    await swarm.failMigration(true);
    const { code, stdout } = await kit(["status", "-c", deployment.site, "--json"], {
      env: { DOCKER_HOST: engine.host },
    });
    const { containers } = statusOutput.parse(JSON.parse(stdout));

    expect({ code, migrate: containers.find(({ role }) => role === "migrate")?.health }).toEqual({
      ...{ code: 0, migrate: "done" },
    });
    expect(await isUp()).toMatchObject({ changed: false });
    await swarm.letMigrate(true);
  });

  test("starts a job again that failed for good, says so, and names it where it fails again", async () => {
    await swarm.failMigration(false);
    const again = await up();
    expect(again.code).toBe(1);
    expect(again.stderr).toContain(`· ${STACK}_migrate failed before, and is started again\n`);
    expect(again.stderr).toContain(`error: ${STACK}_migrate failed as often as it may be tried\n`);
    await swarm.letMigrate(true);
    const before = await swarm.ids();
    const { changed, log } = await isUp();
    const after = await swarm.ids();

    expect(changed).toBe(true);
    expect(log).toContain(`· ${STACK}_migrate failed before, and is started again\n`);
    expect(SERVICES.filter((role) => before[role] !== after[role])).toEqual(["migrate"]);
    expect(await isUp()).toMatchObject({ changed: false });
  });

  test("is taken down with all that was made for it, but for its data", async () => {
    const { code, stderr } = await kit(["down", "-c", deployment.site], {
      env: { DOCKER_HOST: engine.host },
    });
    const left = await Promise.all(
      [
        ["service", "ls", "--quiet"],
        ["secret", "ls", "--quiet"],
        ["config", "ls", "--quiet"],
        ["network", "ls", "--quiet", "--filter", `name=${STACK}`],
      ].map((words) => engine.output(...words)),
    );

    expect({ code, left, isThere: existsSync(FOLDER) }, stderr).toEqual({
      code: 0,
      left: ["", "", "", ""],
      isThere: false,
    });
    expect(await engine.output("volume", "ls", "--quiet", "--filter", `name=${STACK}_postgres`)).toMatch(
      /_postgres-\d+-data$/,
    );
  });
});

/** Entrypoint and command of each image. */
async function wordsOf(engine: PrivateEngine, images: readonly string[]) {
  const found = JSON.parse(await engine.output("image", "inspect", ...images)) as readonly {
    readonly Config: object;
  }[];
  return new Map(images.map((image, index) => [image, found[index]?.Config ?? {}]));
}
