import { basename } from "node:path";
import { runs } from "../facts/deliveries.ts";
import { type Argument, argumentsOf, shellWords } from "../facts/environment.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const OPTIONS = ["-a", "--pass", "--requirepass", "--masterauth", "--user"];

/**
 * Arguments stand in Terraform's state, in `docker inspect` and in the list of processes.
 */
export const passwordsAreNoArguments = definePolicy({
  id: "RDS-002",
  severity: "high",
  title: "no password of Redis is an argument of a process",
  allowed: "aclfile or requirepass in a file; REDISCLI_AUTH, set by the shell from a file, for redis-cli",
  fix: "move the password into the ACL file; let the probe read it from its own file",
  source: "Redis documentation, redis-cli -a; ps(1)",
  looksAt: RUNS,
  where: runs("redis"),
  check: (container) =>
    argumentsOf(container).flatMap((argument, index, all) => problem(argument, all[index + 1])),
});

/** The word behind the option, in the same text or in the next one; never the word itself. */
function problem(argument: Argument, next: Argument | undefined): readonly string[] {
  const { place, text } = argument;
  const words = shellWords(text);
  const found = words.some((word, index) => {
    const value = words[index + 1] ?? (words.length === 1 ? next?.text : undefined);
    return (
      (OPTIONS.includes(basename(word)) && (value ?? "") !== "") ||
      /^--(?:pass|requirepass|masterauth)=./.test(word)
    );
  });
  return found || saysAuth(text) ? [`${place} holds a password, or where one will stand`] : [];
}

/** `AUTH password` or `AUTH user password`, unless the shell puts the password there. */
function saysAuth(text: string): boolean {
  const [, first, second = ""] = /\bAUTH\s+(\S+)(?:\s+(\S+))?/.exec(text) ?? [];
  return first !== undefined && ![first, second].some((word) => /^["']?[%$\\]/.test(word));
}
