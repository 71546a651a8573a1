import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { replaceFile, withDraft } from "../../core/private-files.ts";
import { readRotation } from "../../core/rotation-state.ts";
import { HASH_KEY } from "../../core/secrets.ts";
import { type BundleContent, bundleContent, ENTRIES, fingerprintOf, SECRETS } from "./bundle-format.ts";

/** A thousand devices make a megabyte. */
const MOST_BYTES = 32 * 1024 * 1024;

interface Imported {
  readonly name: string;
  readonly home: string;

  /** Path of the bundle, and of the file with the key that opens it. */
  readonly bundle: string;
  readonly identity: string;
}

/**
 * Takes over what `exportBundle` wrote. A folder or a file of the deployment is replaced by renames once all of it is
 * written; after an interruption the same call finishes.
 *
 * @returns the fingerprint of the bundle, and how many files it held
 * @throws UserError if it is not for this deployment or this key, is older than what is here, or is damaged
 */
export async function importBundle({ name, home, bundle, identity }: Imported) {
  const encrypted = readBounded(bundle);
  const text = await decrypted(encrypted, bundle, identity);
  const found = parsed(text, bundle);
  if (found.deployment !== name)
    throw new UserError(`${bundle}: holds the secrets of ${found.deployment}, and not of ${name}`);
  refuseOther(found, home, bundle);
  const draft = join(home, ".import");
  rmSync(draft, { recursive: true, force: true });
  for (const [path, value] of Object.entries(found.files)) {
    mkdirSync(dirname(join(draft, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(draft, path), value, { mode: path.endsWith(".json") ? 0o600 : 0o400, flush: true });
  }
  for (const [path, target] of Object.entries(found.links)) {
    mkdirSync(dirname(join(draft, path)), { recursive: true, mode: 0o700 });
    symlinkSync(target, join(draft, path));
  }
  for (const path of ENTRIES)
    if (path === SECRETS) putSecrets(join(draft, path), join(home, path));
    else if (existsSync(join(draft, path))) replaceEntry(join(draft, path), join(home, path));
  // Made from secrets that may have been others; the next run makes them again.
  for (const path of ["files", ".import"]) rmSync(join(home, path), { recursive: true, force: true });
  return { fingerprint: fingerprintOf(encrypted), files: Object.keys(found.files).length };
}

/** One by one: at no moment is there none, which a run of the kit would make again with another value. */
function putSecrets(draft: string, place: string): void {
  for (const name of readdirSync(draft))
    replaceFile(join(place, name), readFileSync(join(draft, name), "utf8"));
}

/** The files that were there go last, so that a folder is never half of each. */
function replaceEntry(draft: string, place: string): void {
  withDraft(place, (former) => {
    if (existsSync(place)) renameSync(place, former);
    renameSync(draft, place);
  });
}

/** @throws UserError if the secrets here are of another deployment of that name, or were rotated since the bundle was made */
function refuseOther({ files, rotations }: BundleContent, home: string, bundle: string): void {
  const hashKey = join(home, "secrets", HASH_KEY);
  if (!existsSync(hashKey)) return;
  const here = readRotation(home).rotations;
  if (rotations < here)
    throw new UserError(
      `${bundle}: is older than the secrets in ${home}: they were rotated ${here} times, those in it ${rotations} times`,
      "have a new one made: exploreiot secrets export",
    );
  // A rotation gives the key another value as well, and then the bundle is newer.
  if (rotations === here && files[`secrets/${HASH_KEY}`] !== readFileSync(hashKey, "utf8"))
    throw new UserError(
      `${home}: has the secrets of another checkout than ${bundle}, and its data may know no others`,
      `if they are of no use any more, move them away: mv ${home} ${home}.before`,
    );
}

function readBounded(path: string): Uint8Array {
  try {
    if (statSync(path).size > MOST_BYTES)
      throw new UserError(`${path}: is larger than ${MOST_BYTES} bytes; a bundle is not`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function decrypted(encrypted: Uint8Array, bundle: string, identity: string): Promise<string> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  const keys = Buffer.from(readBounded(identity))
    .toString()
    .split(/\r?\n/)
    .filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  try {
    for (const key of keys) decrypter.addIdentity(key.trim());
  } catch {
    // Not the library's own message, which may quote the key.
    keys.length = 0;
  }
  if (keys.length === 0)
    throw new UserError(
      `${identity}: holds no private key of age; allowed: a file with a line AGE-SECRET-KEY-…, as age-keygen writes it`,
    );
  try {
    return await decrypter.decrypt(encrypted, "text");
  } catch {
    throw new UserError(
      `${bundle}: cannot be opened with the key in ${identity}: it is for another key, or damaged`,
      "exploreiot secrets export --to KEY, with the public key that age-keygen -y prints for that file",
    );
  }
}

function parsed(text: string, bundle: string): BundleContent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const found = bundleContent.safeParse(value);
  if (found.success) return found.data;
  throw new UserError(
    `${bundle}: is no bundle of this version of the kit`,
    "have it made by the same version of the kit: exploreiot secrets export",
  );
}
