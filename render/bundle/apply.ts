import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { COMPOSE_LABEL, LABEL } from "../../core/labels.ts";
import { readOwnJson } from "../../core/own-files.ts";
import { shellCommand } from "../../core/shell-words.ts";
import { alone } from "../../runners/deploy-lock.ts";
import { enginePlatform, engineVersion } from "../../runners/docker/engine-check.ts";
import { type ContainerState, labelled } from "../../runners/docker/observe.ts";
import { run } from "../../runners/run.ts";
import type { Report } from "../../runners/runner.ts";
import { refuseOtherFolder, writeFolder } from "../folder.ts";
import { loadImages } from "./load-images.ts";
import { MANIFEST, manifestShape } from "./manifest.ts";
import { placeProviders } from "./providers.ts";
import type { Bundle } from "./read.ts";

export interface ApplyOptions {
  /** Where the deployment is to be. @default - where it runs from, else a folder of its name here */
  readonly folder?: string;

  /** Whether the bundle may be older than the one that the folder has. */
  readonly older: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** How `say` of start.sh begins a line. */
const STEP = "· ";

/**
 * Brings a bundle up on this machine: loads its images, writes its rendered folder, runs the folder's `start.sh`. May be
 * stopped at any moment and run again. Asks no network for anything.
 *
 * @returns the folder
 * @throws UserError if the bundle is not for here, or a step fails
 */
export async function applyBundle(bundle: Bundle, options: ApplyOptions): Promise<string> {
  const { manifest, rendered, path } = bundle;
  const { report, signal } = options;
  await engineVersion();
  const folder = await folderFor(manifest.deployment, options.folder);
  refuseOtherFolder(folder, rendered);
  if (!options.older) refuseOlder(bundle, folder);
  const platform = await enginePlatform();
  if (platform !== manifest.platform)
    throw new UserError(
      `${path}: its images are for ${manifest.platform}, and this engine runs ${platform}`,
      "make the bundle on a machine like this one",
    );
  await loadImages(bundle, { report, signal });
  const start = async () => {
    writeFolder(folder, rendered);
    await placeProviders(bundle, folder);
    // Its own steps; all that compose says comes with the error, where there is one.
    const onLine = (line: string) => line.startsWith(STEP) && report(line.slice(STEP.length));
    await run([join(folder, "start.sh")], { cwd: folder, signal, ownGroup: true, onLine });
  };
  await alone(manifest.deployment, folder, start, report);
  return folder;
}

/** @throws UserError if the deployment runs from elsewhere: a second folder would have other secrets for the same data */
async function folderFor(deployment: string, named: string | undefined): Promise<string> {
  const found = await labelled(deployment);
  const checkout = found.find(({ Config }) => Config.Labels?.[LABEL.checkout] !== undefined);
  if (checkout !== undefined)
    throw new UserError(
      `${deployment} runs from a checkout or project of the kit (${checkout.Name.slice(1)}), and not from a rendered folder`,
      "update it there: exploreiot up",
      "or go on from a folder: take it down there (exploreiot down), and copy its secrets as RUNBOOK.md says under Secrets",
    );
  const [place] = found.flatMap(placeOf);
  if (named !== undefined && place !== undefined && real(place) !== real(named))
    throw new UserError(
      `${deployment} runs from ${place}, and not from ${named}`,
      "leave --folder out to update it there",
      `or take it down first, and move the folder with its secrets: ${shellCommand("cd", place)} && docker compose down`,
    );
  return named ?? place ?? join(process.cwd(), deployment);
}

const placeOf = ({ Config }: ContainerState): readonly string[] => {
  const place = Config.Labels?.[COMPOSE_LABEL.folder];
  return place === undefined ? [] : [place];
};

/** Links may lead to one place by several names. */
const real = (folder: string): string => (existsSync(folder) ? realpathSync(folder) : folder);

/** By when they were made; the same one may be applied again. */
function refuseOlder({ path, manifest }: Bundle, folder: string): void {
  const there = readOwnJson(
    join(folder, MANIFEST),
    manifestShape,
    "use --older to put this bundle there in any case",
  );
  if (there === undefined || Date.parse(there.made) <= Date.parse(manifest.made)) return;
  throw new UserError(
    `${path}: made ${manifest.made}, and ${folder} has a newer bundle (${there.made})`,
    "to go back all the same, use --older; a database that the newer one has migrated may need its backup as well",
  );
}
