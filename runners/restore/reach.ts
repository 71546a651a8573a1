import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { fileProblem } from "../../core/file-problem.ts";
import { ofRole, variableOf } from "../containers.ts";
import type { Stack } from "../stack.ts";
import type { Repository } from "./repository.ts";

/** Where the job that delivers files to the backup's container receives them. */
const INCOMING = /^\/incoming\//;

/** Where a repository in a folder of the engine's machine is mounted. */
const MOUNTED = "/repository";

/** Where the repository of a deployment is, and the image that reads it; undefined for one that makes no backups. */
export function repositoryLocation(stack: Stack): Omit<Repository, "labels" | "files"> | undefined {
  const spec = ofRole(stack, "backup");
  const location = spec && variableOf(spec, "RESTIC_REPOSITORY");
  if (spec === undefined || location === undefined) return undefined;
  const mount = mountOf(stack, spec.volumes.find(({ path }) => path === location)?.name);
  return {
    name: variableOf(spec, "BACKUP_TARGET") ?? location,
    location,
    image: spec.image,
    ...(mount === undefined ? {} : { mount: `${mount},target=${location},readonly` }),
  };
}

/**
 * The repository of a deployment, reached as its own backups reach it.
 *
 * @throws UserError for a deployment that makes no backups
 */
export function repositoryOf(stack: Stack): Omit<Repository, "labels"> {
  const location = repositoryLocation(stack);
  if (location === undefined)
    throw new UserError(
      `${stack.name} makes no backups, so it has no repository to restore from`,
      "set backup.enabled: true, and backup.repository to where they went, and run this again",
    );
  const uploads = ofRole(stack, "backup-files")?.uploads ?? [];
  return {
    ...location,
    files: Object.fromEntries(
      uploads.flatMap((upload) =>
        "source" in upload
          ? [[upload.file.replace(INCOMING, ""), secretIn(resolve(stack.folder, upload.source))]]
          : [],
      ),
    ),
  };
}

const options = z.looseObject({ driver_opts: z.looseObject({ device: z.string() }) });

/** A volume that stands for a folder is not made by a look at it: it would be another one than the stack declares. */
function mountOf({ volumes }: Stack, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const { data } = options.safeParse(volumes.find((volume) => volume.name === name)?.more);
  return data === undefined ? `type=volume,source=${name}` : `type=bind,source=${data.driver_opts.device}`;
}

interface Told {
  /** In restic's notation. */
  readonly from: string;
  readonly passwordFile: string;

  /** A folder with a file for each variable that its server asks for. @default - it asks for none */
  readonly credentials?: string;
  readonly image: string;
}

/**
 * A repository that no deployment on this machine knows.
 *
 * @throws UserError for a file that cannot be read
 */
export function reachOf({ from, passwordFile, credentials, image }: Told): Omit<Repository, "labels"> {
  const isFolder = from.startsWith("/");
  return {
    name: from,
    location: isFolder ? MOUNTED : from,
    image,
    ...(isFolder ? { mount: `type=bind,source=${from},target=${MOUNTED},readonly` } : {}),
    files: {
      password: secretIn(passwordFile),
      ...Object.fromEntries(
        (credentials === undefined ? [] : readdirSync(credentials)).map((name) => [
          `credentials/${name}`,
          secretIn(join(credentials ?? "", name)),
        ]),
      ),
    },
  };
}

function secretIn(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${fileProblem(error)})`, "name a file that you may read");
  }
}
