import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspectNetworks } from "../docker/networks.ts";
import { observe } from "../docker/observe.ts";
import type { EngineContext } from "../engine.ts";
import { rawResources } from "../stack.ts";
import { failure } from "./failure.ts";
import { readOwned } from "./state.ts";
import { terraform } from "./terraform.ts";

/** Read by Terraform along with the synthesized JSON, for as long as the networks are taken over. */
const IMPORTS = "take-over.tf.json";
const PLAN = "take-over.tfplan";

/** Something that runs, and the place in the state that is meant for it. */
interface Found {
  readonly address: string;
  readonly id: string;

  /** Of a job, which has ended. */
  readonly exitCode?: number;
}

/** A resource as `terraform show -json` has it. */
interface Planned {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  readonly provider_name: string;
  readonly schema_version: number;
  readonly values: Readonly<Record<string, unknown>>;
}

interface State {
  serial: number;
  readonly resources: { readonly type: string; readonly name: string }[];
}

/**
 * Takes what runs, and is as declared, into Terraform's state, so that its plan leaves it alone: what compose made, and
 * what an interrupted apply could not write down. To be called once everything else is out of the way.
 *
 * Networks are imported. The provider imports of a container too little (no labels, ports, mounts), and its plan would
 * replace it. So the state is given what Terraform would have written had it made the container: the values that it
 * plans, and the id. The plan that follows reads each container back, and still replaces one that is not so.
 */
export async function takeOver(context: EngineContext): Promise<void> {
  const { stack, home, report } = context;
  const resources = rawResources(stack);
  const [{ ids, addresses }, containers, networks] = await Promise.all([
    readOwned(stack, home),
    containersOf(context),
    inspectNetworks(stack.networks.map(({ name }) => name)),
  ]);
  const place = (type: "docker_container" | "docker_network", found: readonly Named[]) =>
    found.flatMap(({ Id, Name, exitCode }): readonly Found[] => {
      const entries = Object.entries(resources[type] ?? {});
      const [id] = entries.find(([, { name }]) => name === Name) ?? [];
      if (id === undefined || ids.has(Id)) return [];
      return [{ address: `${type}.${id}`, id: Id, ...(exitCode === undefined ? {} : { exitCode }) }];
    });
  const found = {
    containers: place("docker_container", containers),
    networks: place("docker_network", networks),
  };
  const all = [...found.containers, ...found.networks].map(({ address }) => address);
  if (all.length === 0) return;
  report(
    `terraform: takes over ${found.containers.length} containers and ${found.networks.length} networks as they run`,
  );
  // Entries for what was there before under these names.
  const stale = all.filter((address) => addresses.includes(address));
  if (stale.length > 0) await command(context, ["state", "rm", ...stale]);
  const others = ["docker_image", "docker_volume"] as const;
  const below = others.flatMap((type) => Object.keys(resources[type] ?? {}).map((id) => `${type}.${id}`));
  await importNetworks(context, found.networks, below);
  if (found.containers.length > 0) await enter(context, found.containers);
}

interface Named {
  readonly Id: string;
  readonly Name: string;
  readonly exitCode?: number;
}

async function containersOf({ stack }: EngineContext): Promise<readonly Named[]> {
  const jobs = new Set(stack.containers.filter(({ job }) => job).map(({ name }) => name));
  const { containers } = await observe(stack);
  return [...containers].map(([name, { Id, State }]) => ({
    Id,
    Name: name,
    ...(jobs.has(name) ? { exitCode: State.ExitCode } : {}),
  }));
}

/** Networks, and the rest of what containers refer to: until that is in the state their values are not known. */
async function importNetworks(
  context: EngineContext,
  networks: readonly Found[],
  below: readonly string[],
): Promise<void> {
  const file = join(context.stack.folder, IMPORTS);
  const targets = [...below, ...networks.map(({ address }) => address)].map(
    (address) => `-target=${address}`,
  );
  writeFileSync(file, JSON.stringify({ import: networks.map(({ address, id }) => ({ to: address, id })) }));
  try {
    await command(context, ["apply", "-auto-approve", "-input=false", "-json", ...targets]);
  } finally {
    rmSync(file, { force: true });
  }
}

/** Writes containers into the state as Terraform plans them, with the ids that they have. */
async function enter(context: EngineContext, containers: readonly Found[]): Promise<void> {
  const plan = join(context.stack.folder, PLAN);
  try {
    await command(context, ["plan", "-refresh=false", "-input=false", "-json", `-out=${PLAN}`]);
    const planned = JSON.parse(await command(context, ["show", "-json", PLAN])) as {
      readonly planned_values: { readonly root_module: { readonly resources: readonly Planned[] } };
    };
    const state = JSON.parse(await command(context, ["state", "pull"])) as State;
    const entries = planned.planned_values.root_module.resources.flatMap((resource) => {
      const container = containers.find(({ address }) => address === resource.address);
      return container === undefined ? [] : [entry(resource, container)];
    });
    const next = { ...state, serial: state.serial + 1, resources: [...state.resources, ...entries] };
    await command(context, ["state", "push", "-"], JSON.stringify(next));
  } finally {
    // A plan file holds every planned value in clear.
    rmSync(plan, { force: true });
  }
}

/**
 * A resource of the state (format 4). What no plan says, and the provider reads from no engine: the empty list of a
 * container without environment, and how a job ended, which its postcondition asks for.
 */
const entry = ({ type, name, provider_name, schema_version, values }: Planned, { id, exitCode }: Found) => ({
  mode: "managed",
  type,
  name,
  provider: `provider["${provider_name}"]`,
  instances: [
    {
      schema_version,
      attributes: {
        ...values,
        env: values.env ?? [],
        ...(exitCode === undefined ? {} : { exit_code: exitCode }),
        id,
      },
      sensitive_attributes: [],
    },
  ],
});

async function command(
  { stack, signal }: EngineContext,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const { code, stdout, stderr } = await terraform(stack, args, {
    ...(signal === undefined ? {} : { signal }),
    ...(input === undefined ? {} : { input }),
  });
  if (code !== 0) throw failure(stack, args.slice(0, 2).join(" "), stdout, stderr);
  return stdout;
}
