import { z } from "zod";
import { deploymentHome } from "../core/home.ts";
import { knownDeployments, siteFileOf } from "../core/known-sites.ts";
import {
  deploymentsOnEngine,
  type FoundDeployment,
  isFromHere,
  volumesOf,
} from "../runners/docker/deployments.ts";
import { swarmDeployments } from "../runners/swarm/deployed.ts";
import { observeSwarm } from "../runners/swarm/observe-swarm.ts";
import { printJson } from "./json.ts";
import { jsonOption, verb } from "./options.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

const listed = z.object({
  name: z.string(),
  state: z
    .enum(["running", "partly running", "stopped", "down", "not deployed", "on the swarm"])
    .describe("down: its data is there, and no container"),
  services: z.int().describe("containers that run; on a swarm, services that do"),
  unhealthy: z.array(z.string()).describe("roles that are not healthy"),
  here: z.boolean().describe("whether this checkout made it, and can go on with it"),
  siteFile: z
    .string()
    .exactOptional()
    .describe("the source that it was last made from; absent for a shipped or an unknown one"),
});

type Listed = z.output<typeof listed>;

export const listOutput = z.object({ deployments: z.array(listed) });

export const listCommand = verb("list", VERBS.list, "list --json")
  .addOption(jsonOption())
  .addHelpText("after", "\nEvery verb takes such a name as -c NAME where the site file is known.")
  .action(async ({ json }: { readonly json?: true }) => {
    const [found, onSwarm] = await Promise.all([deploymentsOnEngine(), swarmDeployments()]);
    const names = new Set([...found.map(({ name }) => name), ...onSwarm, ...knownDeployments()]);
    const deployments = await Promise.all(
      [...names].sort().map((name) =>
        onSwarm.has(name)
          ? describedOnSwarm(name)
          : described(
              name,
              found.find((one) => one.name === name),
            ),
      ),
    );
    if (json) printJson(listOutput, { deployments });
    else if (deployments.length === 0) console.log("no deployment: exploreiot up makes one");
    else console.log(table(deployments));
  });

async function described(name: string, found: FoundDeployment | undefined): Promise<Listed> {
  const home = deploymentHome(name);
  const siteFile = siteFileOf(name);
  const containers = found?.containers ?? [];
  return {
    name,
    state:
      containers.length > 0
        ? stateOf(containers)
        : (await volumesOf(name)).length > 0
          ? "down"
          : "not deployed",
    services: containers.filter(({ running }) => running).length,
    unhealthy: containers
      .filter(({ running, health }) => running && health !== undefined && health !== "healthy")
      .map(({ role }) => role),
    here: found === undefined ? knownDeployments().includes(name) : isFromHere(found, home),
    ...(siteFile === undefined ? {} : { siteFile }),
  };
}

/** As a manager tells it: tasks on other nodes count. */
async function describedOnSwarm(name: string): Promise<Listed> {
  const swarm = await observeSwarm(name);
  const services = [...(swarm?.services ?? [])];
  const siteFile = siteFileOf(name);
  return {
    ...{ name, state: "on the swarm" },
    services: services.filter(([, { task }]) => task?.state === "running").length,
    unhealthy: services
      .filter(([, { task, isDone }]) => !isDone && !["running", "complete"].includes(task?.state ?? ""))
      .map(([role]) => role),
    here: knownDeployments().includes(name),
    ...(siteFile === undefined ? {} : { siteFile }),
  };
}

function stateOf(containers: FoundDeployment["containers"]): Listed["state"] {
  const wanted = containers.filter(({ done }) => !done);
  const running = wanted.filter(({ running }) => running);
  if (running.length === 0) return "stopped";
  return running.length === wanted.length ? "running" : "partly running";
}

const table = (deployments: readonly Listed[]) =>
  renderTable(
    ["name", "state", "services", "not healthy", "made", "site file"],
    deployments.map(({ name, state, services, unhealthy, here, siteFile }) => [
      ...[name, state, services === 0 ? "" : String(services), unhealthy.join(", ")],
      ...[here ? "here" : "elsewhere", siteFile ?? ""],
    ]),
  );
