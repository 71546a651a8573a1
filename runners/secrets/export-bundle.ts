import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { readRotation } from "../../core/rotation-state.ts";
import { HASH_KEY } from "../../core/secrets.ts";
import { type BundleContent, ENTRIES, SECRETS } from "./bundle-format.ts";

/** Keys of devices are theirs alone. */
const NOT_HANDED_ON = "pki/devices/handed-out";

interface Exported {
  readonly name: string;
  readonly home: string;

  /** Public keys of age, `age1…`: each can open it alone. */
  readonly to: readonly string[];

  /** Names of the secrets that another operator takes from where they come from. */
  readonly elsewhere: readonly string[];
}

/**
 * The secrets, keys and certificates of a deployment as a file that only the owners of the given keys can open.
 *
 * @throws UserError for what is no key, and where there are no secrets yet
 */
export async function exportBundle({ name, home, to, elsewhere }: Exported): Promise<Uint8Array> {
  if (!existsSync(join(home, SECRETS, HASH_KEY)))
    throw new UserError(
      `${name}: has no secrets on this machine yet`,
      "exploreiot up makes them, exploreiot secrets import takes them over",
    );
  const { rotations, changing } = readRotation(home);
  if (changing.length > 0)
    throw new UserError(
      `${name}: a rotation of ${changing.map((change) => change.name).join(", ")} was interrupted`,
      `bring it to its end: exploreiot rotate ${changing[0]?.name}`,
    );
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const key of to) {
    try {
      encrypter.addRecipient(key);
    } catch {
      throw new UserError(
        `--to ${JSON.stringify(key)}: is no public key of age; allowed: age1 and then letters and digits`,
        "its owner makes one by age-keygen -o key.txt, which prints it",
      );
    }
  }
  const skipped = new Set([NOT_HANDED_ON, ...elsewhere.map((secret) => `secrets/${secret}`)]);
  const files: Record<string, string> = {};
  const links: Record<string, string> = {};
  const visit = (path: string): void => {
    const place = join(home, path);
    if (skipped.has(path) || path.endsWith(".tmp") || !existsSync(place)) return;
    const found = lstatSync(place);
    if (found.isSymbolicLink()) links[path] = readlinkSync(place);
    else if (found.isDirectory()) for (const inner of readdirSync(place)) visit(`${path}/${inner}`);
    else files[path] = readFileSync(place, "utf8");
  };
  for (const path of ENTRIES) visit(path);
  const content: BundleContent = { version: 1, deployment: name, rotations, files, links };
  return encrypter.encrypt(JSON.stringify(content));
}
