import { createHash, createHmac, createPrivateKey, pbkdf2Sync, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "./errors.ts";
import { existsSync, readFileSync } from "./inputs.ts";
import { damaged } from "./own-files.ts";
import { makeFileOnce, readIfThere, replaceFile, writing } from "./private-files.ts";
import { type RotationState, readRotation } from "./rotation-state.ts";
import type { Origin, SecretText } from "./secret-text.ts";

/** A secret file on disk, and how it was made; only the path and the keyed hash of its content are for the JSON. */
export interface SecretFile {
  readonly secretFile: string;
  readonly hash: string;

  /** @default - only its owner can provide it */
  readonly origin?: Origin;
}

/** Name of the secret that keyed hashes are made with. */
export const HASH_KEY = "hash-key";

/** Iterations of PBKDF2 that mosquitto_passwd uses (2.0); the passwords behind it have 256 bits anyway. */
const MOSQUITTO_ITERATIONS = 101;

/** 12 bytes of salt and 64 of hash, in base64. */
const MOSQUITTO_HASH = /^\$7\$\d+\$[A-Za-z0-9+/]{16}\$[A-Za-z0-9+/]{86}==$/;

/** A 96 bit random text has as many characters in base64; what has fewer can be guessed, or is a mistake. */
const LEAST_CHARACTERS = 16;
const MOST_CHARACTERS = 4096;

/** An RSA key of 16384 bit has 12,500; nobody has a larger one. */
const MOST_OF_A_KEY = 16_384;

/** Without line breaks at its end, as editors and `echo` leave them. */
export const withoutLineEnd = (text: string): string => text.replace(/[\r\n]+$/, "");

/** The reason why a text cannot be a secret, as the end of a sentence; undefined if there is none. Never quotes the text. */
export function problemOfSecret(text: string): string | undefined {
  if (text.trim() === "") return "is empty";
  if (/[\r\n]/.test(text)) return "has more than one line; allowed: one line";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\0-\x1f\x7f]/.test(text)) return "has control characters; allowed: one line of text";
  if (text.length < LEAST_CHARACTERS || text.length > MOST_CHARACTERS)
    return `is ${text.length} characters long; allowed: ${LEAST_CHARACTERS} to ${MOST_CHARACTERS}`;
  return undefined;
}

/** The same of a private key in PEM, which has several lines. A program that starts by itself can ask nobody for a passphrase. */
export function problemOfPrivateKey(text: string): string | undefined {
  const allowed = "allowed: one private key in PEM, without a passphrase";
  if (text.length > MOST_OF_A_KEY) return `is ${text.length} characters long; ${allowed}`;
  if ((text.match(/-----BEGIN /g) ?? []).length !== 1) return `is not one PEM block; ${allowed}`;
  try {
    createPrivateKey(text);
    return undefined;
  } catch {
    // Not the library's own message, which may quote the key.
    return `cannot be read as a key; ${allowed}`;
  }
}

/** The same of what somebody else issued: a user name may be short, and files of SSH and PEM have several lines. */
export function problemOfIssued(text: string): string | undefined {
  if (text.trim() === "") return "is empty";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text)) return "has control characters; allowed: lines of text";
  if (text.length > MOST_OF_A_KEY)
    return `is ${text.length} characters long; allowed: at most ${MOST_OF_A_KEY}`;
  return undefined;
}

/** Value that nobody can guess: 256 bit, URL-safe. */
export const newSecret = (): string => randomBytes(32).toString("base64url");

/**
 * The secrets of one deployment: files below its own directory (0700, files 0400), made on first use.
 * Nothing in here ever goes into synthesized JSON but paths and keyed hashes.
 */
export class SecretStore {
  readonly #folder: string;
  readonly #elsewhere: ReadonlySet<string>;
  readonly #asked = new Set<string>();

  /** By path below the folder: a synthesis asks for a secret tens of times, and has to get one answer. */
  readonly #read = new Map<string, string>();
  #rotation: RotationState | undefined;

  /**
   * @param home the deployment's directory, see `deploymentHome`
   * @param elsewhere names of secrets that come from elsewhere: none of them is made. @default - none
   */
  constructor(home: string, elsewhere: Iterable<string> = []) {
    this.#folder = home;
    this.#elsewhere = new Set(elsewhere);
  }

  /** Names of the secrets that were asked for. */
  get asked(): ReadonlySet<string> {
    return this.#asked;
  }

  /** Makes this the secret of that name. Left alone where it is already, so that its file's time says its age. */
  put(name: string, secret: string): void {
    const file = join("secrets", name);
    const path = join(this.#folder, file);
    if (readIfThere(path) === secret) return;
    this.#closeHome(path);
    replaceFile(path, secret);
    this.#read.set(file, secret);
  }

  /**
   * The secret of that name, 256 bit and URL-safe; generated if there is none yet. One that somebody put there is taken
   * as it is, but for line breaks at its end, as editors and `echo` leave them: they would stand in the middle of an address.
   *
   * @throws UserError if its file is empty: that would be a password which everyone knows
   */
  value(name: string): string {
    this.#asked.add(name);
    const file = join("secrets", name);
    const found = this.#once(file, () => this.#made(name));
    const secret = withoutLineEnd(found);
    if (secret.trim() === "") {
      throw damaged(
        join(this.#folder, file),
        "empty, and a secret cannot be",
        "bring back what stood in it",
        "or remove the file: the next run makes a new one, which data that was made with the old one may not know",
      );
    }
    // Programs that are given the file alone have to read the same.
    if (secret !== found) {
      replaceFile(join(this.#folder, file), secret);
      this.#read.set(file, secret);
    }
    return secret;
  }

  /** Where the secret of that name is on disk; it exists after this call. */
  path(name: string): string {
    this.value(name);
    return join(this.#folder, "secrets", name);
  }

  /**
   * A password line for mosquitto's password file: PBKDF2-SHA512 in the form `$7$iterations$salt$hash`.
   * Made once for a password, since a new salt would look like a change.
   */
  mosquittoHash(name: string): string {
    const password = this.value(name);
    const made = this.#once(join("hashes", `${name}-${this.keyedHash(password)}`), () => {
      const salt = randomBytes(12);
      const hash = pbkdf2Sync(password, salt, MOSQUITTO_ITERATIONS, 64, "sha512");
      return `$7$${MOSQUITTO_ITERATIONS}$${salt.toString("base64")}$${hash.toString("base64")}`;
    });
    if (MOSQUITTO_HASH.test(made)) return made;
    throw damaged(
      join(this.#folder, "hashes", `${name}-${this.keyedHash(password)}`),
      "no whole hash of a password",
      "remove the file: the next run makes it again",
    );
  }

  /** `#` and the SHA-256 of a password, as Redis ACL files take it. */
  redisHash(name: string): string {
    return `#${createHash("sha256").update(this.value(name)).digest("hex")}`;
  }

  /** 12 hex digits that change with the text but say nothing about it: keyed with a key of this deployment. */
  keyedHash(text: string): string {
    return createHmac("sha256", this.value(HASH_KEY)).update(text).digest("hex").slice(0, 12);
  }

  /**
   * Writes a file that is derived from secrets (a password file, a connection address) and returns its path.
   * Left alone when it already says the same, so that its time does not change.
   */
  derivedFile(name: string, content: string): string {
    const path = join(this.#folder, "files", name);
    if (readIfThere(path) === content) return path;
    this.#closeHome(path);
    replaceFile(path, content);
    return path;
  }

  /** The number of the rotation that changed one of these secrets last; 0 if none ever did. */
  rotationOf(names: readonly string[]): number {
    const { changedIn } = this.#rotations();
    return Math.max(0, ...names.map((name) => changedIn[name] ?? 0));
  }

  /** The same of keys and certificates: of everything that was rotated and is no secret. */
  rotationOfKeys(): number {
    const { changedIn } = this.#rotations();
    const isSecret = (name: string) => existsSync(join(this.#folder, "secrets", name));
    return Math.max(0, ...Object.entries(changedIn).map(([name, number]) => (isSecret(name) ? 0 : number)));
  }

  /** The file of one secret alone. */
  file(name: string): SecretFile {
    return {
      secretFile: this.path(name),
      hash: this.keyedHash(this.value(name)),
      origin: [{ secret: name, as: "value" }],
    };
  }

  /** A file of plain text and secrets, written to disk. */
  fileOf(name: string, origin: SecretText): SecretFile {
    const content = this.textOf(origin);
    return { secretFile: this.derivedFile(name, content), hash: this.keyedHash(content), origin };
  }

  /** Plain text and secrets as one text, which must not go into any JSON. */
  textOf(origin: SecretText): string {
    return origin.map((part) => (typeof part === "string" ? part : this.#form(part))).join("");
  }

  #made(name: string): string {
    if (!this.#elsewhere.has(name)) return newSecret();
    throw new UserError(
      `secrets.${name}: comes from elsewhere, and its value was not taken over`,
      "make the stack with `await addDeployment(app, deployment)`, which takes it",
    );
  }

  #form({ secret, as }: Exclude<SecretText[number], string>): string {
    if (as === "mosquitto") return this.mosquittoHash(secret);
    if (as === "redis") return this.redisHash(secret);
    return as === "url" ? encodeURIComponent(this.value(secret)) : this.value(secret);
  }

  #rotations(): RotationState {
    this.#rotation ??= readRotation(this.#folder);
    return this.#rotation;
  }

  /** Reads a file, or makes it once: of two processes that start together, one wins and both read its value. */
  #once(name: string, make: () => string): string {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const path = join(this.#folder, name);
    let found = readIfThere(path);
    if (found === undefined) {
      this.#closeHome(path);
      makeFileOnce(path, make());
      found = readFileSync(path, "utf8");
    }
    this.#read.set(name, found);
    return found;
  }

  /** An existing directory keeps its mode: a home made by hand, or by another umask, is closed before it is used. */
  #closeHome(path: string): void {
    writing(path, () => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      chmodSync(this.#folder, 0o700);
    });
  }
}
