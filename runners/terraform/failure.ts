import { UserError } from "../../core/errors.ts";
import { shellCommand } from "../../core/shell-words.ts";
import type { Stack } from "../stack.ts";
import { messagesIn } from "./messages.ts";
import { terraformBinary } from "./terraform.ts";

/** Somebody else works on the same state. */
export class LockedState extends UserError {}

/** The meaning of a failed terraform command: in terraform's own words, one paragraph a problem. */
export function failure(stack: Stack, command: string, stdout: string, stderr: string): UserError {
  const { errors } = messagesIn(stdout);
  const text = [...(errors.length > 0 ? errors : [stderr.trim() || stdout.trim()])].join("\n");
  return (
    lockFailure(stack, text) ??
    new UserError(
      `${terraformBinary()} ${command} failed\n${text}`,
      "the resources that were made so far stay; the next up goes on from there",
    )
  );
}

/** Backends whose error tells who holds the lock; that of the others (Terraform 1.11) tells who wanted it. */
const TELLING: readonly string[] = ["local", "s3"];

/** Terraform tells about a lock in a list of `Name:   value` lines. */
function lockFailure(stack: Stack, text: string): UserError | undefined {
  if (!/acquiring the state lock/i.test(text)) return undefined;
  const info = (name: string) => new RegExp(`^\\W*${name}:\\s+(\\S.*)$`, "m").exec(text)?.[1]?.trim();
  const held = /already locked: ID=(\S+)/.exec(text)?.[1];
  const id = held ?? info("ID");
  // Nobody holds it: the backend refused, or is out of reach.
  if (id === undefined) {
    return new UserError(
      `the state of ${stack.name} (${stack.backend}) cannot be locked\n${text}`,
      "check the backend and its credentials in the environment",
    );
  }
  const holder = TELLING.includes(stack.backend) ? ` by ${info("Who")} since ${info("Created")}` : "";
  return new LockedState(
    `the state of ${stack.name} is locked${holder}: another deploy is at work`,
    "wait until it has ended, then run this again",
    `if it was killed and nobody works on it: ${shellCommand(terraformBinary(), `-chdir=${stack.folder}`, "force-unlock", id)}`,
  );
}
