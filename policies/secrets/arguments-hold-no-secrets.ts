import { basename } from "node:path";
import { type Argument, argumentsOf, shellWords } from "../facts/environment.ts";
import { rememberedText } from "../facts/remembered.ts";
import { soundsSecret } from "../facts/secret-names.ts";
import { secretForm } from "../facts/secret-values.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const argumentsHoldNoSecrets = definePolicy({
  id: "SEC-007",
  severity: "high",
  title: "no argument of a process is a secret",
  why: "Arguments stand in Terraform's state, in `docker inspect` and in the list of processes, for every user of the machine.",
  avoid: "command: [/app/serve, --admin-password, tr0ub4dor-9x]",
  prefer: "command: [/app/serve, --admin-password-file, /run/secrets/admin]",
  allowed: "paths of files that hold secrets",
  fix: "let the program read the secret from a file",
  source: "ps(1); kreuzwerker/docker: command and entrypoint are not sensitive",
  looksAt: RUNS,
  check: (container) =>
    argumentsOf(container).flatMap((argument, index, all) => problem(argument, all[index + 1])),
});

/** Places and names of options only. */
function problem(argument: Argument, next: Argument | undefined): readonly string[] {
  const { place, text } = argument;
  const form = secretForm(text);
  if (form !== undefined) return [`${place} holds ${form}`];
  const words = shellWords(text);
  return suspectsIn(text).flatMap((index) => {
    const word = words[index] ?? "";
    const [, name = "", value] = /^-{0,2}([\w.-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const following = words[index + 1] ?? (words.length === 1 ? next?.text : undefined);
    const isOption = word.startsWith("-") && soundsSecret(name) && value === undefined;
    const given = value ?? (isOption ? following : undefined);
    if (soundsSecret(name) && isWritten(given)) return [`${place} gives a value to ${name}`];
    return isMqttPassword(words, index) && isWritten(following)
      ? [`${place} gives a password to ${words[0]}`]
      : [];
  });
}

/** Where the words of a text stand that are looked at closely, which most texts do not have. */
const suspectsIn = rememberedText((text): readonly number[] =>
  isSuspect(text) ? shellWords(text).flatMap((word, index) => (isSuspect(word) ? [index] : [])) : [],
);

const isSuspect = (text: string) => text.includes("-P") || /pass|secret|token|credential|key/i.test(text);

/** A path or a variable of the shell is not the secret itself. */
const isWritten = (value: string | undefined) =>
  value !== undefined && value !== "" && !/^[-/$`:]/.test(value);

const isMqttPassword = (words: readonly string[], index: number) =>
  words[index] === "-P" && /^mosquitto_(pub|sub|rr)$/.test(basename(words[0] ?? ""));
