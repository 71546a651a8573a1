import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RunnerName } from "../../runners/record.ts";
import { run } from "../../runners/run.ts";
import { terraformBinary } from "../../runners/terraform/terraform.ts";
import { docker, type TestDeployment } from "./e2e.ts";

/** Where any secret of a deployment was found, as `place: name`; hashes of passwords count as secrets too. */
export async function secretsIn(deployment: TestDeployment, runner: RunnerName): Promise<readonly string[]> {
  const places = new Map([...files(deployment), ...(await fromEngine(deployment))]);
  if (runner === "terraform") places.set("terraform plan", await plan(deployment));
  const secrets = [...deployment.secrets()];
  return [...places].flatMap(([place, text]) =>
    secrets.filter(([, value]) => text.includes(value)).map(([name]) => `${place}: ${name}`),
  );
}

/** Everything synthesized, and Terraform's state with its backup. */
function files({ stack, home }: TestDeployment): [string, string][] {
  const synthesized = readdirSync(stack).filter((name) => !name.startsWith(".terraform"));
  const states = readdirSync(home).filter(
    (name) => name.startsWith("terraform.tfstate") || name.endsWith(".json"),
  );
  return [...synthesized.map((name) => join(stack, name)), ...states.map((name) => join(home, name))].map(
    (path) => [path, readFileSync(path, "utf8")],
  );
}

async function fromEngine({ name }: TestDeployment): Promise<[string, string][]> {
  const containers = (
    await docker("ps", "--all", "--quiet", "--filter", `label=exploreiot.deployment=${name}`)
  ).split("\n");
  const images = [...new Set((await docker("inspect", "--format", "{{.Image}}", ...containers)).split("\n"))];
  const logs = await Promise.all(containers.map((id) => run(["docker", "logs", id])));
  const histories = await Promise.all(images.map((id) => docker("history", "--no-trunc", id)));
  return [
    ["docker inspect", await docker("inspect", ...containers)],
    ["docker logs", logs.map(({ stdout, stderr }) => stdout + stderr).join("\n")],
    ["image history", histories.join("\n")],
    ["process arguments", (await Promise.all(running(containers))).join("\n")],
  ];
}

const running = (containers: readonly string[]) =>
  containers.map(
    async (id) => (await run(["docker", "top", id, "-eo", "args"], { expected: [0, 1] })).stdout,
  );

/** A plan that knows of nothing that is there makes everything, and so holds every planned value. */
async function plan({ stack }: TestDeployment): Promise<string> {
  const file = join(stack, "canary.tfplan");
  const at = `-chdir=${stack}`;
  try {
    await run([
      terraformBinary(),
      at,
      "plan",
      `-state=${join(stack, "canary.tfstate")}`,
      "-input=false",
      `-out=${file}`,
    ]);
    return (await run([terraformBinary(), at, "show", "-json", file])).stdout;
  } finally {
    rmSync(file, { force: true });
  }
}
