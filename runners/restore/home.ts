import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { deploymentHome, enterProject, kitRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { NAMED_FILES, placeNamedFiles } from "../../core/named-files.ts";
import { replaceFile } from "../../core/private-files.ts";
import { ensureImages } from "../images/ensure.ts";
import { run } from "../run.ts";
import type { Report } from "../runner.ts";
import { throwAwayLabels } from "../throw-away.ts";
import { reachOf } from "./reach.ts";
import { type Repository, restic } from "./repository.ts";
import { chosenSnapshot, type Snapshot } from "./snapshots.ts";
import { RESTORE_ROLE } from "./staging.ts";
import { writeRestore } from "./state.ts";

/** Below the deployment's own directory in a snapshot: the site file, under its own name. */
const SITE_FOLDER = "site-file";

interface Bringing {
  readonly from: string;
  readonly passwordFile: string;
  readonly credentials?: string;

  /** `latest`, or the beginning of an id. */
  readonly snapshot: string;

  /** Where the site file goes; made if it is not there. */
  readonly into: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

export interface Brought {
  readonly site: string;
  readonly repository: Omit<Repository, "labels">;
  readonly snapshot: Snapshot;
}

/**
 * Brings the site file and the deployment's own directory (secrets, CA, state) back onto a machine that has neither. What
 * is there already stays as it is, so it may be run again.
 *
 * @throws UserError where another site file of that name is in the way
 */
export async function bringHome(bringing: Bringing): Promise<Brought> {
  const { into, report, signal } = bringing;
  const recipes = imageRecipes(kitRoot, ["backup"], { source: "auto" });
  const image = recipes.at(-1)?.tag ?? "";
  await ensureImages(recipes, { projectRoot: kitRoot, needed: [image], report, signal });
  const repository = reachOf({ ...bringing, image });
  const labels = throwAwayLabels({}, RESTORE_ROLE);
  const snapshot = await chosenSnapshot({ ...repository, labels }, bringing.snapshot);
  mkdirSync(into, { recursive: true });
  enterProject(join(into, "any.yaml"));
  const home = deploymentHome(snapshot.hostname);
  const draft = `${home}.restoring`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  report(`reading secrets, keys and state of ${snapshot.hostname} from snapshot ${snapshot.id.slice(0, 8)}`);
  await unpack({ ...repository, labels }, snapshot.id, draft, signal);
  // Of a restore on the machine of the backup.
  writeRestore(draft, { former: [] });
  const site = placeSite(draft, into);
  placeNamedFiles(draft, dirname(site), report);
  rmSync(join(draft, NAMED_FILES), { recursive: true, force: true });
  if (existsSync(home)) {
    report(`${home} is there already and stays as it is`);
    rmSync(draft, { recursive: true });
  } else renameSync(draft, home);
  return { site, repository, snapshot };
}

async function unpack(
  repository: Repository,
  id: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const { stdout } = await restic(repository, ["dump", "--archive", "tar", `${id}:/snapshot/home`, "/"], {
    ...{ signal, binary: true },
  });
  const input = Buffer.from(stdout, "latin1");
  await run(["tar", "--extract", "--no-same-owner", "--preserve-permissions", "--directory", folder], {
    input,
  });
}

/** Takes the site file out of what was read, and puts it into the project's folder. */
function placeSite(draft: string, into: string): string {
  const folder = join(draft, SITE_FOLDER);
  const [name] = existsSync(folder) ? readdirSync(folder) : [];
  if (name === undefined)
    throw new UserError(
      "the snapshot holds no site file: it was made before exploreiot backup or up handed one over",
      "take a newer snapshot; or write the site file again, and restore with -c FILE",
    );
  const text = readFileSync(join(folder, name), "utf8");
  const site = join(into, basename(name));
  if (existsSync(site) && readFileSync(site, "utf8") !== text)
    throw new UserError(
      `${site}: is there already, and is another one than the backup's`,
      "restore into another folder: --into FOLDER",
    );
  replaceFile(site, text, 0o644);
  rmSync(folder, { recursive: true });
  return site;
}
