import { UserError } from "../../config/errors.ts";
import type { Stack } from "../stack.ts";
import { messagesIn } from "./messages.ts";

/** What a failed terraform command means: in terraform's own words, one paragraph a problem. */
export function failure(stack: Stack, command: string, stdout: string, stderr: string): UserError {
  const { errors } = messagesIn(stdout);
  const text = [...(errors.length > 0 ? errors : [stderr.trim() || stdout.trim()])].join("\n");
  return (
    lockFailure(stack, text) ??
    new UserError(
      `terraform ${command} failed\n${text}`,
      "what was made so far stays; the next up goes on from there",
    )
  );
}

/** Terraform tells who holds a lock in a list of `Name:   value` lines. */
function lockFailure(stack: Stack, text: string): UserError | undefined {
  if (!/acquiring the state lock/i.test(text)) return undefined;
  const info = (name: string) => new RegExp(`^\\W*${name}:\\s+(\\S.*)$`, "m").exec(text)?.[1]?.trim();
  const [id, who, since] = [info("ID"), info("Who"), info("Created")];
  const holder = who === undefined ? "" : ` by ${who}${since === undefined ? "" : ` since ${since}`}`;
  return new UserError(
    `the state of ${stack.name} is locked${holder}: another deploy is at work`,
    "wait until it has ended, then run this again",
    `if it was killed and nobody works on it: terraform -chdir=${stack.folder} force-unlock ${id ?? "ID"}`,
  );
}
