import { rememberedText } from "./remembered.ts";
import { soundsSecret } from "./secret-names.ts";

/** A secret that can be told by its form, and what to call it. None of them is told by its length or by chance alone; see `looksRandom`. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{22,}/, "a token of GitHub"],
  [/\bglpat-[\w-]{20,}/, "a token of GitLab"],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, "an access key of AWS"],
  [/\bxox[abprs]-[\w-]{10,}/, "a token of Slack"],
  [/\b[rs]k_live_[A-Za-z0-9]{16,}|\bwhsec_[A-Za-z0-9+/=]{24,}/, "a key of Stripe"],
  [/\bAIza[\w-]{35}/, "an API key of Google"],
  [/\bGOCSPX-[\w-]{20,}/, "a client secret of Google"],
  [/\bSG\.[\w-]{16,}\.[\w-]{16,}/, "a key of SendGrid"],
  [/\bnpm_[A-Za-z0-9]{36}\b/, "a token of npm"],
  [/\bpypi-AgEI[\w-]{50,}/, "a token of PyPI"],
  [/\bdckr_pat_[\w-]{20,}/, "a token of Docker Hub"],
  [/\bhf_[A-Za-z0-9]{30,}/, "a token of Hugging Face"],
  [/\bdop_v1_[0-9a-f]{64}/, "a token of DigitalOcean"],
  [/\bsk-(ant-|proj-|or-v1-)?[A-Za-z0-9_-]{32,}/, "a key of an AI service"],
  [/\b\d{8,10}:[A-Za-z0-9_-]{35}\b/, "a token of a Telegram bot"],
  [/\bAGE-SECRET-KEY-1[A-Z0-9]{50,}/, "a private key of age"],
  [/\bhvs\.[\w-]{20,}/, "a token of Vault"],
  [
    /hooks\.slack\.com\/services\/\w+\/\w+\/\w+|discord(app)?\.com\/api\/webhooks\/\d+\/[\w-]+/,
    "the address of a webhook",
  ],
  [/AccountKey=[A-Za-z0-9+/]{40,}={0,2}/, "an account key of Azure"],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, "a signed token"],
];

/** Most texts hold none of these words, and trying the forms is the costly part. */
const HINT =
  /PRIVATE KEY|gh[pousr]_|github_pat_|glpat-|AKIA|ASIA|xox|k_live_|whsec_|eyJ|:\/\/|pass|pwd|AIza|GOCSPX|SG\.|npm_|pypi-|dckr_|hf_|dop_v1|sk-|\d:|SECRET-KEY|hvs\.|AccountKey/i;

/** The kind of secret in a text, told by its form; undefined if none can be told. Never the secret itself. */
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

/** One word of the letters that keys are written in, and not one of the forms that say who or which. */
const TOKEN = /^[A-Za-z0-9+/_-]{24,256}={0,2}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HEX = /^[0-9a-f]{32,}$/i;

/** Random hexadecimal digits have nearly 4 bits each; random letters and digits more than names and paths have. */
const BITS_OF_HEX = 3;
const BITS_OF_LETTERS = 4;

/**
 * How often small letters, capitals and digits take turns in random text; words keep to one of them for longer. Dashes
 * and underscores are none of the three, and all three are in one word of a key: `Site_4f3a9b2c1d` is a name.
 */
const TURNS = 0.4;

/** One in six is a digit where letters and digits are drawn by chance; names of many short words have one or two. */
const LETTERS_FOR_A_DIGIT = 12;

/**
 * Whether a value looks as if a generator of keys had made it. Hashes and the names of builds look the same, so the name
 * of the variable has to say that it is none of these (`isPublicName`), and a finding can be no more than a doubt.
 */
export const looksRandom = rememberedText((value): boolean => {
  if (!TOKEN.test(value) || UUID.test(value)) return false;
  if (HEX.test(value)) return /\d/.test(value) && /[a-f]/i.test(value) && bitsOf(value) >= BITS_OF_HEX;
  const words = value.split(/[^A-Za-z\d]+/).map(kindsOf);
  const letters = words.flat();
  const turns = letters.filter((kind, at) => at > 0 && kind !== letters[at - 1]).length;
  const digits = letters.filter((kind) => kind === "d").length;
  return (
    words.some((word) => new Set(word).size === 3) &&
    digits * LETTERS_FOR_A_DIGIT >= letters.length &&
    turns >= TURNS * letters.length &&
    bitsOf(value) >= BITS_OF_LETTERS
  );
});

/** Of each letter: digit, small or capital. */
const kindsOf = (word: string): readonly string[] =>
  [...word].map((letter) => (/\d/.test(letter) ? "d" : /[a-z]/.test(letter) ? "a" : "A"));

/** Shannon's entropy of the letters of a text, in bits for each. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => {
    const share = count / text.length;
    return bits - share * Math.log2(share);
  }, 0);
}

/** A name that sounds secret, and what is given to it in a text. */
export interface Assignment {
  readonly name: string;

  /** Never for evidence. */
  readonly value: string;
}

/** `NAME=value`, `name: "value"`, `--name value`: the ways in which text of any language assigns to a secret. */
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

/** Passwords of manuals, examples and default configurations. */
const KNOWN =
  /^(admin\d*|change[_-]?(me|it|this)\w*|default|demo|example|exploreiot\w*|foobared|guest|letmein|mosquitto|mqtt|mypassword|mysecretpassword|pass(word|wd|w0rd)?\d*|postgres(ql)?|qwerty\d*|redis|root|secret\d*|supersecret|test\d*|toor|user|your[_-]?\w*|123\d*)$/i;

/** Whether a password is one that everybody knows. */
export const isKnownPassword = (value: string): boolean => KNOWN.test(value);
