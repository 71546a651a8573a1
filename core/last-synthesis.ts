import { createHmac, timingSafeEqual } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import { UserError } from "./errors.ts";
import { deploymentHome, kitRoot, projectRoot, stackFolder } from "./home.ts";
import { type Inputs, inputsSoFar, lookAgain, lookOf, madeAt } from "./inputs.ts";
import { replaceFile } from "./private-files.ts";
import { HASH_KEY } from "./secrets.ts";

/** Below a deployment's own directory: what its stack was last made of. */
const FILE = "last-synthesis.json";

interface Kept extends Pick<Inputs, "from" | "until"> {
  readonly looks: readonly string[];

  /** The day, `YYYY-MM-DD`, on which the rules let it pass; `null` where they were not asked, or ask for more than files. */
  readonly judgedOn: string | null;

  /** The deployment, as `node:v8` writes it, in base64. */
  readonly deployment: string;

  /** HMAC of what each look found, by a key that only the deployment's owner can read. */
  readonly results: string;

  /** The same of all of this and of what else counts: nothing is looked at that somebody else wrote down. */
  readonly seal: string;
}

/** Variables that a shell sets at each command. The rest of the environment counts, since nobody knows which of it does not. */
const OF_THE_SHELL = new Set(["_", "SHLVL", "PWD", "OLDPWD", "COLUMNS", "LINES"]);

/**
 * Keeps that the stack of a deployment was made, and of what, for the next verb that changes nothing. Nothing is kept where something
 * that was read was made on the way, or changed meanwhile.
 *
 * @param config the site file, or the name of what is shipped
 * @param judgedOn the day, `YYYY-MM-DD`, on which the rules let it pass. @default - they were not asked
 */
export function keepSynthesis(name: string, config: string, deployment: object, judgedOn?: string): void {
  const inputs = inputsSoFar();
  const key = keyOf(name);
  const json = join(stackFolder(name), "cdk.tf.json");
  const text = madeAt(json);
  if (inputs === undefined || key === undefined || program === undefined || text === undefined) return;
  // The result is looked at as well as the inputs: somebody may change it, or remove it.
  const result = lookOf(json, text);
  const found = [...inputs.found.filter(([look]) => look !== result[0]), result];
  const kept = {
    ...{ from: inputs.from, until: inputs.until, judgedOn: judgedOn ?? null },
    looks: found.map(([look]) => look),
    deployment: serialize(deployment).toString("base64"),
    results: hmac(
      key,
      found.map(([, result]) => result),
    ),
  };
  try {
    replaceFile(fileOf(name), JSON.stringify({ ...kept, seal: sealOf(key, kept, config) }), 0o600);
  } catch (error) {
    // Who may not write here may look all the same.
    if (!(error instanceof UserError)) throw error;
  }
}

/**
 * The deployment whose stack stands in `cdktf.out` exactly as it would be made now. In any doubt, undefined: a file of
 * another user or another version of the kit, one that was damaged or written by somebody else, a changed input.
 *
 * @param judgedOn the day on which the rules have to have let it pass. @default - no matter whether they did
 */
export function synthesizedBefore(name: string, config: string, judgedOn?: string): unknown {
  const key = keyOf(name);
  const kept = key === undefined ? undefined : readKept(fileOf(name));
  if (key === undefined || program === undefined || kept === undefined) return undefined;
  const { from, until, looks, deployment, results, seal } = kept;
  if (!areEqual(seal, sealOf(key, kept, config))) return undefined;
  if (judgedOn !== undefined && kept.judgedOn !== judgedOn) return undefined;
  const now = Date.now();
  if (now <= (from ?? Number.NEGATIVE_INFINITY) || now > (until ?? Number.POSITIVE_INFINITY))
    return undefined;
  if (!areEqual(results, hmac(key, looks.map(lookAgain)))) return undefined;
  return deserialize(Buffer.from(deployment, "base64"));
}

const fileOf = (name: string) => join(deploymentHome(name), FILE);

function readKept(file: string): Kept | undefined {
  try {
    const { uid, mode } = ownFile(file);
    if (uid !== process.getuid?.() || (mode & 0o077) !== 0) return undefined;
    const kept = JSON.parse(readFileSync(file, "utf8")) as Partial<Kept>;
    const isWhole =
      typeof kept.seal === "string" &&
      typeof kept.results === "string" &&
      typeof kept.deployment === "string" &&
      (kept.judgedOn === null || typeof kept.judgedOn === "string") &&
      Array.isArray(kept.looks) &&
      kept.looks.every((look) => typeof look === "string");
    return isWhole ? (kept as Kept) : undefined;
  } catch {
    return undefined;
  }
}

/** Not a link, nor a pipe at which a reader waits for ever. */
function ownFile(file: string) {
  const status = lstatSync(file);
  if (!status.isFile()) throw new Error("no regular file");
  return status;
}

const sealOf = (key: Buffer, kept: Omit<Kept, "seal">, config: string): string =>
  hmac(key, [
    ...[kept.from, kept.until, kept.looks, kept.judgedOn, kept.deployment, kept.results, config, program],
    ...[projectRoot, process.cwd(), process.getuid?.(), process.version, environment()],
  ]);

const hmac = (key: Buffer, value: unknown): string =>
  createHmac("sha256", key).update(JSON.stringify(value)).digest("hex");

const areEqual = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

const environment = () =>
  Object.entries(process.env)
    .filter(([name]) => !OF_THE_SHELL.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** The deployment's own; read and never made: nothing is kept of what nobody deployed yet. */
function keyOf(name: string): Buffer | undefined {
  try {
    const key = readFileSync(join(deploymentHome(name), "secrets", HASH_KEY));
    return key.length === 0 ? undefined : key;
  } catch {
    return undefined;
  }
}

/** As it was when this process started: it may be replaced meanwhile. */
const program = programNow();

/**
 * Size, times and number of each file of the program that runs; the kernel sets one of the times, so a change is seen
 * that keeps the others. Undefined where something else is run, such as the sources: nobody knows what is loaded.
 */
function programNow(): string | undefined {
  const self = fileURLToPath(import.meta.url);
  // A bundle is one file that holds all that it runs, and its address says which.
  if (dirname(self) === join(kitRoot, "dist"))
    return JSON.stringify([import.meta.url, marksOf(join(kitRoot, "package.json"))]);
  const folder = join(kitRoot, "lib");
  // A package loads what was installed next to it, and npm says last what that was.
  const installed = marksOf(join(dirname(kitRoot), ".package-lock.json"));
  if (!self.startsWith(`${folder}${sep}`) || installed.length === 1) return undefined;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((entry) =>
    join(folder, entry),
  );
  return JSON.stringify([
    [folder, ...files].sort().map(marksOf),
    marksOf(join(kitRoot, "package.json")),
    installed,
  ]);
}

function marksOf(path: string): readonly unknown[] {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return [path];
  const { size, mtimeMs, ctimeMs, ino } = status;
  return [path, size, mtimeMs, ctimeMs, ino];
}
