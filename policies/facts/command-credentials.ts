import { rememberedText } from "./remembered.ts";
import { soundsSecret } from "./secret-names.ts";
import { secretForm } from "./secret-values.ts";

/** Short options that take a password, by the program that they belong to. */
const OPTIONS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/(^|[\s/])mosquitto_(sub|pub|rr)\s/, ["-P", "--pw"]],
  [/(^|[\s/])(redis|valkey)-cli\s/, ["-a", "--pass"]],
  [/(^|[\s/])curl\s/, ["-u", "--user", "--proxy-user"]],
];

/** Variables with a password that are not called so. */
const VARIABLES = new Set(["REDISCLI_AUTH", "MYSQL_PWD"]);

/** Unquoted text, quoted text and escaped characters, until white space. */
const WORD = /(?:[^\s"'\\]|\\.|"(?:\\.|[^"\\])*"|'[^']*')+/g;
const wordsOf = (line: string): readonly string[] =>
  (line.match(WORD) ?? []).map((word) => word.replaceAll(/["']/g, ""));

const VARIABLE = /\$\{[^}]*\}|\$\([^)]*\)|\$\w+/g;
const AUTHORIZATION = /authorization:\s*\w+\s+[^\s$"'`]/i;

/** `$NAME`, `${NAME}`, `$(…)` and backquotes are read where the command runs. */
const isLiteral = (value: string | undefined): boolean => value !== undefined && /^[^$`]/.test(value);

/**
 * The credentials that a command carries as plain text, each as what is wrong, never with the value.
 *
 * @param command program and arguments; an argument may be a shell line of its own
 */
export const commandCredentials = (command: readonly string[]): readonly string[] =>
  credentialsIn(command.join(BETWEEN));

/** No argument holds it: a process's arguments end with one. */
const BETWEEN = "\0";

const credentialsIn = rememberedText((joined): readonly string[] => {
  const command = joined.split(BETWEEN);
  const text = command.join(" ");
  const words = command.flatMap(wordsOf);
  const options = OPTIONS.flatMap(([program, names]) => (program.test(text) ? names : []));
  const form = secretForm(text.replaceAll(VARIABLE, ""));
  return [
    ...words.flatMap((word, place) => problem(word, words[place + 1], options)),
    ...(form === undefined ? [] : [`holds ${form}`]),
    ...(AUTHORIZATION.test(text) ? ["holds an Authorization header"] : []),
  ];
});

function problem(word: string, next: string | undefined, options: readonly string[]): readonly string[] {
  if (!/^-|=/.test(word)) return [];
  const [, dashes = "", name = "", , value] = /^(-{0,2})([A-Za-z][\w-]*)(=(.*))?$/s.exec(word) ?? [];
  const takesPassword = options.includes(dashes + name) || (dashes === "--" && soundsSecret(name));
  if (takesPassword && isLiteral(value ?? next)) return [`gives a literal value to ${dashes}${name}`];
  const isVariable = dashes === "" && (soundsSecret(name) || VARIABLES.has(name));
  return isVariable && isLiteral(value) ? [`sets ${name} to a literal value`] : [];
}
