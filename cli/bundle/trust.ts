import type { Command } from "commander";
import { UserError } from "../../core/errors.ts";
import type { Trust } from "../../render/bundle/read.ts";

export interface TrustOptions {
  readonly key?: string;
  readonly unsigned?: true;
}

const PUBLIC = "the public key of who made the bundle";

/** Options of the verbs that read a bundle. */
export const withTrust = (command: Command): Command =>
  command
    .option("--key <file>", PUBLIC)
    .option("--unsigned", "take it from anyone: checksums alone show damage, and no intent");

/**
 * A bundle is trusted by a key, or on request by anyone's word: never by an option that was forgotten.
 *
 * @param what the key is
 */
export function trustOf({ key, unsigned }: TrustOptions, what = PUBLIC): Trust {
  if (key !== undefined && unsigned)
    throw new UserError("--key and --unsigned: allowed is one of them", "leave --unsigned out");
  if (unsigned) return "anyone";
  if (key === undefined) throw new UserError(`--key is missing: ${what}`, "or say --unsigned");
  return { key };
}
