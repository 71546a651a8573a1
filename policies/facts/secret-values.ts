import { rememberedText } from "./remembered.ts";
import { soundsSecret } from "./secret-names.ts";

/** A secret that can be told by its form, and what to call it. None of them is told by its length or by chance alone. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{22,}/, "a token of GitHub"],
  [/\bglpat-[\w-]{20,}/, "a token of GitLab"],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, "an access key of AWS"],
  [/\bxox[abprs]-[\w-]{10,}/, "a token of Slack"],
  [/\b[rs]k_live_[A-Za-z0-9]{16,}/, "a key of Stripe"],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, "a signed token"],
];

/** Most texts hold none of these words, and trying the forms is the costly part. */
const HINT = /PRIVATE KEY|gh[pousr]_|github_pat_|glpat-|AKIA|ASIA|xox|k_live_|eyJ|:\/\/|pass|pwd/i;

/** What kind of secret a text holds, told by its form; undefined if none can be told. Never the secret itself. */
export const secretForm = rememberedText((text): string | undefined => {
  if (!HINT.test(text)) return undefined;
  const form = FORMS.find(([pattern]) => pattern.test(text))?.[1];
  if (form !== undefined) return form;
  if (holdsCredentials(text)) return "a password in a URL";
  return CONNECTION.test(text) ? "a password in a connection string" : undefined;
});

/** `Server=db;User Id=sa;Password=…;`: at least one other setting, since a shell's `Password=x;` is none. */
const CONNECTION =
  /(?:^|[;"'\s])(?:server|data source|host|addr(?:ess)?)\s*=[^;]*;(?:[^;]*;)*?\s*(?:password|pwd)\s*=\s*[^;\s$%{<][^;]*/i;

/** Whether text holds a URL with a password in it, before the host or in the query. */
export const holdsCredentials = (text: string): boolean =>
  text.includes("://") && (USER_INFO.test(text) || QUERY.test(text));

const USER_INFO = /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i;
const QUERY =
  /:\/\/[^\s?]*\?(?:[^\s]*&)?(?:password|passwd|pwd|pass|secret|api_?key|access_token)=[^&\s$%{<]/i;

/** A name that sounds secret, and what is given to it in a text. */
export interface Assignment {
  readonly name: string;

  /** Never for evidence. */
  readonly value: string;
}

/** `NAME=value`, `name: "value"`, `--name value`: whatever text of any language assigns to a secret. */
const ASSIGNMENT =
  /(?:^|[\s,{"'-])([A-Za-z][\w.-]*)["']?(?:\s*[:=]\s*|[ \t]+)(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"',}]+))/g;

const ASSIGNS = /pass|pwd|pw|secret|token|credential|key|salt|auth/i;

export const assignmentsIn = (text: string): readonly Assignment[] =>
  (ASSIGNS.test(text) ? text.split("\n") : [])
    .filter((line) => ASSIGNS.test(line))
    .flatMap((line) => [...line.matchAll(ASSIGNMENT)])
    .map(([, name = "", double, single, bare = ""]) => ({ name, value: double ?? single ?? bare }))
    .filter(({ name, value }) => soundsSecret(name) && !pointsElsewhere(value));

/** A path, a variable, a template or nothing: those say where a secret is. */
const pointsElsewhere = (value: string) => value === "" || /^(\/|\.\/|\$|%|`|<|:|\{\{)/.test(value);

/** Switches, short numbers and words for nothing: a value that opens no door. */
const NO_SECRET =
  /^(true|false|yes|no|on|off|y|n|enabled?|disabled?|none|null|nil|undefined|auto|-?\d{0,5}(\.\d+)?)$/i;

/** A path below two folders, or a reference to where a program finds the secret. */
const REFERENCE =
  /^((\/[\w.-]+){2,}|(file|vault|op|ref\+\w+|ssm|gcpsm|awssm|env|secret):.*|arn:aws:.*|\{\{.*\}\})$/i;

/** Whether what is given to a variable with the name of a secret is one that is written out. */
export const isWrittenOut = (value: string): boolean => !NO_SECRET.test(value) && !REFERENCE.test(value);

/** What manuals, examples and default configurations have as a password. */
const KNOWN =
  /^(admin\d*|change[_-]?(me|it|this)\w*|default|demo|example|exploreiot\w*|foobared|guest|letmein|mosquitto|mqtt|mypassword|mysecretpassword|pass(word|wd|w0rd)?\d*|postgres(ql)?|qwerty\d*|redis|root|secret\d*|supersecret|test\d*|toor|user|your[_-]?\w*|123\d*)$/i;

/** Whether a password is one that everybody knows. */
export const isKnownPassword = (value: string): boolean => KNOWN.test(value);
