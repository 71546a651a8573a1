import { resolve } from "node:path";
import { UserError } from "../../core/errors.ts";
import { projectRoot } from "../../core/home.ts";
import { readIfThere } from "../../core/private-files.ts";
import { describeSource, type SecretSource } from "../../core/secret-source.ts";
import {
  problemOfIssued,
  problemOfPrivateKey,
  problemOfSecret,
  type SecretStore,
  withoutLineEnd,
} from "../../core/secrets.ts";
import { type RunResult, run } from "../run.ts";

/** A program that asks a person for a password, or a server that does not answer, would hold everything up. */
const LIMIT_SECONDS = 60;

/** Any exit code is looked at here: the usual error quotes what a program printed, and that may be the secret. */
const ANY_CODE = Array.from({ length: 256 }, (_, code) => code);

/** Names of secrets that are not one line of text. */
interface Kinds {
  /** Each is a private key in PEM. @default - none is */
  readonly privateKeys?: readonly string[];

  /** Each is text as somebody else issued it. @default - none is */
  readonly issued?: readonly string[];
}

/**
 * Takes the values of secrets that come from elsewhere over into the deployment's own. All are looked at before the first
 * is written, so that a source that fails changes nothing.
 *
 * @throws UserError that names each source that gave no usable value, and never quotes what it gave
 */
export async function takeSecrets(
  sources: Readonly<Record<string, SecretSource>>,
  store: SecretStore,
  { privateKeys = [], issued = [] }: Kinds = {},
): Promise<void> {
  const problemOf = (name: string) =>
    privateKeys.includes(name)
      ? problemOfPrivateKey
      : issued.includes(name)
        ? problemOfIssued
        : problemOfSecret;
  const taken: [string, string][] = [];
  const problems: string[] = [];
  for (const [name, source] of Object.entries(sources)) {
    const found = await read(source, problemOf(name));
    if ("problem" in found) problems.push(`secrets.${name}: ${describeSource(source)}: ${found.problem}`);
    else taken.push([name, found.value]);
  }
  if (problems.length > 0)
    throw new UserError(
      problems.join("\n"),
      "correct the source, or remove it from secrets: the value that was taken last is used then",
    );
  for (const [name, value] of taken) store.put(name, value);
}

type Found = { readonly value: string } | { readonly problem: string };

async function read(source: SecretSource, problemOf: typeof problemOfSecret): Promise<Found> {
  const text =
    "command" in source ? await printed(source) : "file" in source ? inFile(source) : inEnvironment(source);
  if (typeof text !== "string") return text;
  const value = withoutLineEnd(text);
  const problem = problemOf(value);
  return problem === undefined ? { value } : { problem: `gave a value that ${problem}` };
}

async function printed({
  command,
  folder = ".",
}: Extract<SecretSource, { command: unknown }>): Promise<string | Found> {
  const limit = AbortSignal.timeout(LIMIT_SECONDS * 1000);
  let ended: RunResult;
  try {
    ended = await run(command as [string, ...string[]], {
      cwd: resolve(projectRoot, folder),
      expected: ANY_CODE,
      signal: limit,
    });
  } catch (error) {
    // Of a program that is not there the message says no more than its name.
    if (error instanceof UserError) return { problem: error.message };
    throw error;
  }
  if (limit.aborted) return { problem: `did not end within ${LIMIT_SECONDS} s` };
  return ended.code === 0
    ? ended.stdout
    : {
        problem: `ended with exit code ${ended.code}; run it by hand to see why, since its output is not shown here`,
      };
}

function inFile({ file }: Extract<SecretSource, { file: unknown }>): string | Found {
  return readIfThere(resolve(projectRoot, file)) ?? { problem: "no such file" };
}

const inEnvironment = ({ environment }: Extract<SecretSource, { environment: unknown }>): string | Found =>
  process.env[environment] ?? { problem: "the variable is not set" };
