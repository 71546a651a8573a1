import { basename } from "node:path";
import { type Evidence, graded } from "../evidence.ts";
import { runs } from "../facts/deliveries.ts";
import { type Argument, argumentsOf, shellWords } from "../facts/environment.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isKnown } from "../values.ts";

const OPTIONS = ["-a", "--pass", "--requirepass", "--masterauth", "--user"];

export const passwordsAreNoArguments = definePolicy({
  id: "RDS-002",
  severity: "high",
  title: "no password of Redis is an argument of a process",
  why: "Arguments stand in Terraform's state, in `docker inspect` and in the list of processes.",
  avoid: `image: redis:7.4
command: redis-server --requirepass tr0ub4dor-9x`,
  prefer: `image: redis:7.4
command: redis-server /etc/redis/redis.conf`,
  allowed: "aclfile or requirepass in a file; REDISCLI_AUTH, set by the shell from a file, for redis-cli",
  fix: "move the password into the ACL file; let the probe read it from its own file",
  source: "Redis documentation, redis-cli -a; ps(1)",
  looksAt: RUNS,
  where: runs("redis"),
  check: (container) =>
    argumentsOf(container).flatMap((argument, index, all) => problem(argument, all[index + 1])),
});

/** The word behind the option, in the same text or in the next one; never the word itself. */
function problem(argument: Argument, next: Argument | undefined): readonly Evidence[] {
  const { place, text } = argument;
  const words = shellWords(text);
  const given = words.flatMap((word, index) => {
    const [, joined] = /^--(?:pass|requirepass|masterauth)=(.+)$/s.exec(word) ?? [];
    const value = joined ?? words[index + 1] ?? (words.length === 1 ? next?.text : undefined) ?? "";
    return joined !== undefined || (OPTIONS.includes(basename(word)) && value !== "") ? [value] : [];
  });
  if (given.length === 0 && !saysAuth(text)) return [];
  const evidence = `${place} holds a password, or where one will stand`;
  // A password that a shell puts there stands in the list of processes alone.
  if (given.length > 0 && given.every((value) => /^[$`](?!\{)/.test(value))) return [graded("low", evidence)];
  return [
    given.length > 0 && given.every((value) => !isKnown(value)) ? graded("medium", evidence) : evidence,
  ];
}

/** `AUTH password` or `AUTH user password`, unless the shell puts the password there. */
function saysAuth(text: string): boolean {
  const [, first, second = ""] = /\bAUTH\s+(\S+)(?:\s+(\S+))?/.exec(text) ?? [];
  return first !== undefined && ![first, second].some((word) => /^["']?[%$\\]/.test(word));
}
