import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { replaceFile } from "../../core/private-files.ts";
import { lastRotation, readRotation } from "../../core/rotation-state.ts";
import { HASH_KEY } from "../../core/secrets.ts";
import { keyedHash, keyOf } from "../../runners/swarm/owner.ts";
import type { Model } from "../model.ts";

/**
 * The versions of the secret files, by the variable of the stack file that stands for each: the same hashes as `keyed` of
 * start.sh makes. One whose files are not there yet is left out.
 *
 * @param home the deployment's own directory
 */
export function secretVersions({ deliveries, stack }: Model, home: string): ReadonlyMap<string, string> {
  const key = keyOf(home);
  return new Map(
    deliveries.flatMap(({ variable, secret }) => {
      const files = [key, ...secret.map(({ source }) => resolve(stack.folder, source))];
      if (secret.length === 0 || !files.every((file) => existsSync(file))) return [];
      return [[variable, keyedHash(files)] as const];
    }),
  );
}

/** Everything that start.sh fills in of a stack file but for words of images: versions, and whose the secrets are. */
export const serverParts = (model: Model, home: string): ReadonlyMap<string, string> =>
  new Map([
    ...secretVersions(model, home),
    ["SECRETS_ROTATED", rotated(home)],
    ["SECRETS_OF", keyedHash([keyOf(home)])],
  ]);

const rotated = (home: string): string => String(lastRotation(readRotation(home)));

/**
 * Gives a rendered folder the secrets of the deployment's own directory, in place of those that start.sh would make: as
 * links, so that no secret is on this machine twice.
 */
export function lendSecrets(folder: string, model: Model, home: string): void {
  const own = join(folder, "secrets");
  rmSync(own, { recursive: true, force: true });
  link(join(own, HASH_KEY), keyOf(home));
  for (const { path, source } of model.deliveries.flatMap(({ secret }) => secret))
    link(join(folder, path), resolve(model.stack.folder, source));
  const versions = [...secretVersions(model, home), ["SECRETS_ROTATED", rotated(home)]];
  replaceFile(join(folder, ".env"), versions.map(([name, value]) => `${name}=${value}\n`).join(""));
}

/** Several jobs may deliver one file. */
function link(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) symlinkSync(target, path);
}
