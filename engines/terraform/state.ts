import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../config/errors.ts";
import type { Stack } from "../stack.ts";
import { initialise } from "./init.ts";
import { terraform } from "./terraform.ts";

interface State {
  readonly resources?: readonly {
    readonly mode: string;
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly status?: string;
      readonly attributes: { readonly id: string; readonly name?: string };
    }[];
  }[];
}

/** What Terraform says that it made. */
export interface Owned {
  readonly ids: ReadonlySet<string>;

  /** `docker_container.Redis_…`, without what it only looked up. */
  readonly addresses: readonly string[];

  /** Containers by name, with their addresses, that were made and whose start failed or was not waited for. */
  readonly tainted: ReadonlyMap<string, string>;
}

/** Everything in a deployment's state; empty where there is none yet. */
export async function readOwned(stack: Stack, home: string): Promise<Owned> {
  const { resources = [] } = stack.backend === "local" ? localState(home) : await pulledState(stack);
  return {
    ids: new Set(resources.flatMap(({ instances }) => instances.map(({ attributes }) => attributes.id))),
    tainted: new Map(
      resources
        .filter(({ type }) => type === "docker_container")
        .flatMap(({ type, name, instances }) =>
          instances
            .filter(({ status }) => status === "tainted")
            .map(({ attributes }) => [attributes.name ?? "", `${type}.${name}`] as const),
        ),
    ),
    addresses: resources.filter(({ mode }) => mode === "managed").map(({ type, name }) => `${type}.${name}`),
  };
}

/** The local state file (format 4) is read as it is: `terraform state pull` takes 0.3 s for the same. */
function localState(home: string): State {
  try {
    // Terraform holds a file without a word in it while it makes the first resource.
    return JSON.parse(readFileSync(join(home, "terraform.tfstate"), "utf8").trim() || "{}") as State;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** @throws UserError if the backend cannot be read: a state that is out of reach is never taken for an empty one */
async function pulledState(stack: Stack): Promise<State> {
  await initialise(stack, () => undefined);
  const { code, stdout, stderr } = await terraform(stack, ["state", "pull"]);
  if (code !== 0) {
    throw new UserError(
      `the state of ${stack.name} (${stack.backend}) cannot be read\n${stderr.trim()}`,
      "check the backend and its credentials in the environment",
    );
  }
  return JSON.parse(stdout.trim() || "{}") as State;
}
