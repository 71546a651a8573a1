import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled } from "../support/e2e.ts";
import { Clone } from "../support/e2e-clone.ts";

const STRAY = "e2e-guards-stray";
const PORT = 26025;
const reason = missing.docker ?? missing.terraform;

const deployment = new TestDeployment({
  name: "e2e-guards",
  listeners: { mqtt: { port: PORT } },
  ...BROKER_ALONE,
});
const broker = deployment.container("mosquitto");
const containers = [broker, `${broker}-files`, deployment.container("probe-files")];

describe.skipIf(reason)(titled("a deployment", reason), () => {
  let clone: Clone;
  beforeAll(async () => {
    await run(["docker", "rm", "--force", STRAY], { expected: [0, 1] });
    await deployment.clear();
    await deployment.up("terraform");
    clone = new Clone();
  });
  afterAll(async () => {
    clone.remove();
    await deployment.wipe();
  });

  test.each([
    [["down"]],
    [["down", "--delete-data", "--yes"]],
    [["up", "--runner", "compose"]],
    [["devices", "issue", "sensor-1"]],
  ])("is left alone by %j of another checkout, which says whose it is", async (verb) => {
    const before = await everything();
    const { code, stderr } = await clone.kit(...verb, "--config", deployment.site);

    expect(code).toBe(1);
    expect(stderr).toBe(
      [
        `error: deployment e2e-guards is of another checkout: ${containers.join(", ")}`,
        "  → run this where it was made; or give the deployment another name",
        `  → to go on with it from here, bring its secrets: copy that checkout's .exploreiot/e2e-guards to ${clone.root}/.exploreiot/e2e-guards`,
        `  → if what made it is gone: docker rm -f ${containers.join(" ")} (the data stays), then run this again`,
        "",
      ].join("\n"),
    );
    expect(await everything()).toEqual(before);
  });

  test("is told by plan of another checkout to be one that up refuses", async () => {
    const { code, stderr } = await clone.kit("plan", "--config", deployment.site);

    expect({ code, told: stderr.split("\n").filter((line) => line.includes("another checkout")) }).toEqual({
      code: 2,
      told: [`· deployment e2e-guards is of another checkout: ${containers.join(", ")}; up refuses it`],
    });
  });

  test("is left alone by cdktf's own way from another checkout, before anything is made", async () => {
    const images = await clone.kit("images", "--stack", join(clone.root, "cdktf.out/stacks/e2e-guards"));

    expect([images.code, images.stderr.split("\n")[0]]).toEqual([
      1,
      `error: deployment e2e-guards is of another checkout: ${containers.join(", ")}`,
    ]);
  });

  test("names a container of somebody else that is in its network, and removes nothing", async () => {
    const [image] = (await docker("images", "--format", "{{.Repository}}:{{.Tag}}", "exploreiot/base")).split(
      "\n",
    );
    const network = deployment.container("broker");
    await docker("run", "--detach", "--name", STRAY, "--network", network, image as string, "sleep", "300");
    const before = await everything();
    const { code, stderr } = await deployment.kit("down");
    const after = await everything();
    await docker("rm", "--force", STRAY);

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: [
        `error: ${STRAY}, which is not of this deployment, holds network ${network}`,
        "  → remove it if it is not needed, or take it off, then run this again:",
        `  → docker network disconnect -f ${network} ${STRAY}`,
        "",
      ].join("\n"),
    });
    expect(after).toEqual(before);
  });

  test("goes on without the record of its last up", async () => {
    cut("deployed.json");

    expect((await deployment.kit("status")).code).toBe(0);
    expect((await deployment.up("terraform")).changed).toBe(true);
  });

  test("is not changed while its list of data volumes is cut short, and down keeps the data", async () => {
    const file = cut("data-volumes.json");
    deployment.configure({ listeners: { mqtt: { port: PORT + 1 } } });
    const [status, up, deleted] = [
      await deployment.kit("status"),
      await deployment.kit("up"),
      await deployment.kit("down", "--delete-data", "--yes"),
    ];

    expect([status.code, up.code, deleted.code]).toEqual([2, 1, 1]);
    for (const { stderr } of [up, deleted])
      expect(stderr).toContain(`error: ${file}: cut short, or not JSON`);
    const [, command] = /→ (echo .*)$/m.exec(up.stderr) ?? [];
    await run(["sh", "-c", command as string]);
    expect((await deployment.up("terraform")).changed).toBe(true);
  });

  test("is not changed while its state is cut short, goes down without it, and comes up again", async () => {
    const file = cut("terraform.tfstate");
    deployment.configure({ listeners: { mqtt: { port: PORT } } });
    const [status, up, down] = [
      await deployment.kit("status"),
      await deployment.kit("up"),
      await deployment.kit("down"),
    ];

    expect([status.code, up.code, down.code]).toEqual([2, 1, 0]);
    expect(up.stderr).toContain(`error: ${file}: cut short, or not JSON`);
    expect(up.stderr).toContain(`cp ${file}.backup ${file}`);
    expect(down.stderr).toContain(`set aside as ${file}.damaged`);
    const volumes = ["mosquitto-data", "mosquitto-files", "probe"];
    expect(await everything()).toEqual(volumes.map((name) => deployment.container(name)));
    expect((await deployment.up("terraform")).changed).toBe(true);
    rmSync(`${file}.damaged`);
  });

  test("gives up data that is not as configured by the volume's name alone", async () => {
    const volume = deployment.container("mosquitto-data");
    await docker("rm", "--force", broker);
    await docker("volume", "rm", volume);
    await docker("volume", "create", "--opt", "type=tmpfs", "--opt", "device=tmpfs", volume);
    const options = () => docker("volume", "inspect", "--format", "{{json .Options}}", volume);
    const stack = join("cdktf.out/stacks", deployment.name);
    const up = (...words: readonly string[]) => deployment.kit("up", "--runner", "terraform", ...words);

    const plan = await deployment.kit("plan", "--json");
    const refused = [
      await up(),
      await up("--replace-data", broker),
      await kit(["preflight", "--stack", stack]),
    ];
    const left = await options();
    const replaced = await up("--replace-data", volume);

    const danger = `error: volume ${volume} holds data and is not as configured: to make it so deletes the data`;
    expect({ code: plan.code, ...JSON.parse(plan.stdout) }).toMatchObject({
      ...{ code: 1, dataInDanger: [volume], refused: [volume] },
    });
    expect(
      refused.map(({ code, stderr }) => [code, stderr.split("\n").find((line) => /^error/.test(line))]),
    ).toEqual([
      [1, danger],
      [1, `error: --replace-data ${broker}: no data volume of e2e-guards`],
      [1, danger],
    ]);
    expect(left).toBe('{"device":"tmpfs","type":"tmpfs"}');
    expect([replaced.code, await options()]).toEqual([0, "null"]);
    expect((await deployment.kit("status")).code).toBe(0);
  });

  test("names data that it does not delete, of a service that is configured no more, until it is gone", async () => {
    const volume = deployment.container("redis-data");
    const left = `not deleted, since the configuration does not name them any more: docker volume rm ${volume}`;
    const takenDown = () => deployment.kit("down", "--delete-data", "--yes");
    deployment.configure({ redis: { enabled: true } });
    await deployment.up("terraform");
    deployment.configure({ redis: { enabled: false } });
    await deployment.up("terraform");
    const told = [await takenDown(), await takenDown()];
    const volumes = await everything();
    await docker("volume", "rm", volume);
    const last = await takenDown();

    expect(told.map(({ code, stderr }) => [code, stderr.includes(left)])).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(volumes).toEqual([volume]);
    // What is not there is not told as deleted.
    expect(last.stdout).toBe(`${deployment.name} is down: 0 containers removed, 0 volumes deleted.\n`);
    expect([
      last.code,
      last.stderr.includes("not deleted"),
      existsSync(join(deployment.home, "data-volumes.json")),
    ]).toEqual([0, false, false]);
  });
});

/** Cuts one of the deployment's own files short. */
function cut(name: string): string {
  const file = join(deployment.home, name);
  const text = readFileSync(file, "utf8");
  rmSync(file, { force: true });
  writeFileSync(file, text.slice(0, text.length / 2));
  expect(existsSync(file)).toBe(true);
  return file;
}

/** Ids of containers and networks, names of volumes. */
async function everything(): Promise<readonly string[]> {
  const filter = `name=exploreiot-${deployment.name}-`;
  const [containers, networks, volumes] = [
    await docker("ps", "--all", "--quiet", "--filter", filter),
    await docker("network", "ls", "--quiet", "--filter", filter),
    await docker("volume", "ls", "--quiet", "--filter", filter),
  ];
  return [containers, networks, volumes].flatMap((lines) => lines.split("\n").filter(Boolean)).sort();
}
