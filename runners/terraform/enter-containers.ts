import { rmSync } from "node:fs";
import { join } from "node:path";
import type { RunnerContext } from "../runner.ts";
import { command } from "./command.ts";

const PLAN = "take-over.tfplan";

/** Something that runs, and the place in the state that is meant for it. */
export interface Found {
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

/** The part of `terraform state pull` (format 4) that is looked at; the rest is handed back as it came. */
interface State {
  readonly serial: number;
  readonly resources: readonly object[];
}

/**
 * Writes containers into the state as Terraform would have, had it made them: with the values that it plans, and the ids
 * that they have. The provider's own import leaves out labels, ports and mounts, and its plan then replaces them.
 */
export async function enterContainers(context: RunnerContext, containers: readonly Found[]): Promise<void> {
  try {
    await command(context, ["plan", "-refresh=false", "-input=false", "-json", `-out=${PLAN}`]);
    const planned = JSON.parse(await command(context, ["show", "-json", PLAN])) as {
      readonly planned_values: { readonly root_module: { readonly resources: readonly Planned[] } };
    };
    const entries = planned.planned_values.root_module.resources.flatMap((resource) => {
      const container = containers.find(({ address }) => address === resource.address);
      return container === undefined ? [] : [entry(resource, container)];
    });
    const state = JSON.parse(await command(context, ["state", "pull"])) as State;
    const next = { ...state, serial: state.serial + 1, resources: [...state.resources, ...entries] };
    await command(context, ["state", "push", "-"], { input: JSON.stringify(next) });
  } finally {
    // A plan file holds every planned value in clear.
    rmSync(join(context.stack.folder, PLAN), { force: true });
  }
}

/**
 * A resource of the state. Two values are in no plan, and the provider reads them from no engine: the empty list of a
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
