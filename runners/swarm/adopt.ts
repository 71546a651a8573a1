import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromEngine } from "../docker/engine-api.ts";
import type { RunnerContext } from "../runner.ts";
import { command } from "../terraform/command.ts";
import { readOwned } from "../terraform/state.ts";
import { STACK_LABEL } from "./names.ts";
import type { TerraformSwarm } from "./terraform-swarm.ts";

/** Read by Terraform along with the document, for as long as something is taken over. */
const IMPORTS = "imports.tf.json";

/** Where each type of the document is asked for, and what is its name. */
const TYPES = {
  docker_network: { path: "/networks", of: (one: ObjectJson) => [one.Id ?? "", one.Name ?? ""] },
  docker_config: { path: "/configs", of: (one: ObjectJson) => [one.ID ?? "", one.Spec?.Name ?? ""] },
  docker_service: { path: "/services", of: (one: ObjectJson) => [one.ID ?? "", one.Spec?.Name ?? ""] },
} as const;

interface ObjectJson {
  readonly ID?: string;
  readonly Id?: string;
  readonly Name?: string;
  readonly Spec?: { readonly Name: string };
}

/**
 * Has Terraform take what is on the swarm under the names of the document, and not in its state: an apply that was stopped makes
 * things that it could not write down any more, and so does a stack file. The plan that follows brings them in line.
 */
export async function adopt(own: RunnerContext, { document, project }: TerraformSwarm): Promise<void> {
  forgetImports(own.home);
  const { resource } = document as {
    readonly resource: Readonly<Record<string, Readonly<Record<string, { readonly name: string }>>>>;
  };
  const { ids, addresses } = await readOwned(own.stack, own.home);
  const found = await Promise.all(
    Object.entries(TYPES).map(async ([type, { path, of }]) => {
      const filters = JSON.stringify({ label: [`${STACK_LABEL}=${project}`] });
      const objects = (await fromEngine<readonly ObjectJson[]>(path, { filters })) ?? [];
      const known = new Map(objects.map((one) => of(one).toReversed() as [string, string]));
      return Object.entries(resource[type] ?? {}).flatMap(([key, { name }]) => {
        const id = known.get(name);
        return id === undefined || ids.has(id) ? [] : [{ to: `${type}.${key}`, id }];
      });
    }),
  );
  const imports = found.flat();
  if (imports.length === 0) return;
  own.report(`terraform: takes over ${imports.length} things that are on the swarm`);
  // Entries for what was there before under these names.
  const stale = imports.flatMap(({ to }) => (addresses.includes(to) ? [to] : []));
  if (stale.length > 0) await command(own, ["state", "rm", ...stale]);
  writeFileSync(join(own.home, IMPORTS), JSON.stringify({ import: imports }), { mode: 0o600 });
}

/** A run that was killed may have left them, and Terraform would look for things that are gone by now. */
export const forgetImports = (folder: string): void => rmSync(join(folder, IMPORTS), { force: true });
