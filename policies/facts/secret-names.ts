import { rememberedText } from "./remembered.ts";

/** Looks back from the end: looked for from the left, each of the words is tried at each letter. */
const SECRET_NAME =
  /$(?<=password|passwd|passphrase|secret|token|credentials?|api[._-]?key|private[._-]?key|secret[._-]?key)/i;

/** Whether a variable or a file is called what secrets are called: `DATABASE_PASSWORD`, `api.token`. */
export const soundsSecret = rememberedText((name): boolean => SECRET_NAME.test(name));

/** Whether text holds a secret that can be told by its form: a private key, or a URL with a password in it. */
export const looksSecret = (text: string): boolean =>
  (text.includes("PRIVATE KEY-----") && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) ||
  holdsCredentials(text);

/** Whether text holds a URL with a password in it. */
export const holdsCredentials = (text: string): boolean =>
  text.includes("://") && /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i.test(text);

/** A name that sounds secret, and what is given to it in a text. */
export interface Assignment {
  readonly name: string;

  /** Never for evidence. */
  readonly value: string;
}

/** `NAME=value`, `name: "value"`, `--name value`: whatever text of any language assigns to a secret. */
const ASSIGNMENT =
  /(?:^|[\s,{"'-])([A-Za-z][\w.-]*)["']?(?:\s*[:=]\s*|[ \t]+)(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"',}]+))/g;

/** Most texts hold none of the words, and looking for assignments is the costly part. */
const HINT = /pass|secret|token|credential|key/i;

export const assignmentsIn = (text: string): readonly Assignment[] =>
  (HINT.test(text) ? text.split("\n") : [])
    .filter((line) => HINT.test(line))
    .flatMap((line) => [...line.matchAll(ASSIGNMENT)])
    .map(([, name = "", double, single, bare = ""]) => ({ name, value: double ?? single ?? bare }))
    .filter(({ name, value }) => soundsSecret(name) && isWrittenOut(value));

/** Not a path, a variable or nothing: those say where a secret is. */
const isWrittenOut = (value: string) => value !== "" && !/^(\/|\.\/|\$|%|`|<|:|\{\{)/.test(value);

/** What manuals, examples and default configurations have as a password. */
const KNOWN =
  /^(admin\d*|change[_-]?(me|it|this)\w*|default|demo|example|exploreiot\w*|foobared|guest|letmein|mosquitto|mqtt|mypassword|mysecretpassword|pass(word|wd|w0rd)?\d*|postgres(ql)?|qwerty\d*|redis|root|secret\d*|supersecret|test\d*|toor|user|your[_-]?\w*|123\d*)$/i;

/** Whether a password is one that everybody knows. */
export const isKnownPassword = (value: string): boolean => KNOWN.test(value);

/** Whether an expression refers to something that is called a secret: `${random_password.db.result}`. */
export const namesSecret = (expression: string): boolean =>
  expression.split(/[^\w-]+/).some((word) => soundsSecret(word));
