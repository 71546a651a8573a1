import { chmodSync, existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { readOwnJson } from "../../core/own-files.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { initialise } from "./init.ts";
import { terraform } from "./terraform.ts";

/** Format 4, as far as it is read here. */
const shape = z.object({
  resources: z
    .array(
      z.object({
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        // Without an id where an apply was killed before it was known.
        instances: z.array(
          z.object({
            status: z.string().optional(),
            attributes: z.object({ id: z.string().nullish(), name: z.string().nullish() }).nullish(),
          }),
        ),
      }),
    )
    .optional(),
});

type State = z.output<typeof shape>;

const localFile = (home: string) => join(home, "terraform.tfstate");

/** Closes the state, and the copies that Terraform keeps of it, to others: it makes them as open as the umask has it. */
export function closeState(home: string): void {
  for (const name of readdirSync(home))
    if (name.startsWith(basename(localFile(home)))) chmodSync(join(home, name), 0o600);
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
  const state = stack.backend === "local" ? localState(home) : await pulledState(stack);
  const { resources = [] } = state;
  return {
    ids: new Set(idsIn(state)),
    tainted: new Map(
      resources
        .filter(({ type }) => type === "docker_container")
        .flatMap(({ type, name, instances }) =>
          instances
            .filter(({ status }) => status === "tainted")
            .map(({ attributes }) => [attributes?.name ?? "", `${type}.${name}`] as const),
        ),
    ),
    addresses: resources
      // Terraform notes a resource before it makes it: an apply that was killed in between leaves one without instances.
      .filter(({ mode, instances }) => mode === "managed" && instances.length > 0)
      .map(({ type, name }) => `${type}.${name}`),
  };
}

/**
 * The local state file is read as it is: `terraform state pull` takes 0.3 s for the same.
 *
 * @throws UserError that names the file, and what there is instead of it
 */
function localState(home: string): State {
  const file = localFile(home);
  // Terraform holds a file without a word in it while it makes the first resource.
  if (statSync(file, { throwIfNoEntry: false })?.size === 0) return {};
  const backup = `${file}.backup`;
  return (
    readOwnJson(
      file,
      shape,
      ...(existsSync(backup)
        ? [`the state before the last change lies next to it: cp ${backup} ${file}`]
        : []),
      "or exploreiot down, which works without it and keeps the data; the next up makes a new one",
    ) ?? {}
  );
}

/** Puts a local state that cannot be read out of the way; what it told is told by labels too. */
export function setAsideDamagedState(stack: Stack, home: string, report: Report): void {
  if (stack.backend !== "local") return;
  try {
    localState(home);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const place = `${localFile(home)}.damaged`;
    renameSync(localFile(home), place);
    report(`${error.message}: set aside as ${place}`);
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

/** Ids in the local state; none where it cannot be read. */
export function localIds(home: string): readonly string[] {
  try {
    return idsIn(localState(home));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

const idsIn = ({ resources = [] }: State): readonly string[] =>
  resources.flatMap(({ instances }) => instances.flatMap(({ attributes }) => attributes?.id ?? []));
