import { rememberedText } from "./remembered.ts";

/** Words that a secret is called by, no matter what stands before them. */
const SECRET_WORDS =
  /^(pass(word|wd|phrase|code)?s?|pwd|pw|secrets?|tokens?|credentials?|salts?|psk|(api|access|auth|private|secret|encryption|master)(keys?|tokens?|secrets?))$/;

/** The same at the end of a word that nothing divides: `PGPASSWORD`, `clientsecret`. */
const SECRET_ENDINGS =
  /(password|passwd|passphrase|(db|user|admin|root)pass|secret|token|apikey|secretkey|privatekey|credentials)s?$/;

/** Short words that mean something else alone or behind these: the working folder, a directive of nginx. */
const NO_PASSWORDS: ReadonlySet<string> = new Set([
  "pwd",
  "old pwd",
  "init pwd",
  "project pwd",
  "pass",
  "proxy pass",
  "first pass",
  "second pass",
]);

/** Two words that are a secret together, where the last alone is not. */
const SECRET_PAIRS: ReadonlySet<string> = new Set([
  "erlang cookie",
  "node cookie",
  "rediscli auth",
  "neo4j auth",
  "basic auth",
  "registry auth",
  "docker auth",
  "shared hmac",
]);

/** A key opens something, unless it is public, names an entry, or is usually given as the path of a file. */
const HARMLESS_KEYS =
  /^(public|publishable|site|primary|foreign|partition|sort|cache|routing|group|hot|tls|ssl|https?|server|client|host|cert|object|index|lookup|map|feature|message|bucket|prefix|label|order|unique|event|config|registry|translation|user|name|metric|header|trigger|idempotency)$/;

/** Words that may follow a secret without making it something else: which of several it is, or how it is written. */
const TRAILING =
  /^(\d+|base|value|string|text|plain|raw|b64|base64|hex|old|new|current|previous|prod|production|staging|dev|test|default|primary|secondary|admin|root)$/;

/** They ask for a number, a switch or a rule about secrets, not for one. */
const ABOUT_SECRETS =
  /^(allow|allowed|disable|disabled|enable|enabled|require|required|requires|random|randomize|empty|show|hide|skip|validate|verify|min|max|minimum|maximum|num|total|onetime|generate|force|has|is|no|use|without|ignore|expire|forgot|reveal|mask|optional)$/;

/** Numbers of tokens that a language model reads or writes. */
const COUNTED_TOKENS = /^(context|input|output|completion|prompt|max|min|num|total|new|predict|chunk)$/;

/**
 * Whether a variable, an option or a file is called what secrets are called: `DATABASE_PASSWORD`, `api.token`,
 * `SECRET_KEY_BASE`, `redisPwd`. The last word decides, so `PASSWORD_MIN_LENGTH` and `TOKEN_TTL` are none.
 */
export const soundsSecret = rememberedText((name): boolean => {
  const words = wordsOf(name);
  while (words.length > 1 && TRAILING.test(words.at(-1) ?? "")) words.pop();
  const last = words.at(-1) ?? "";
  const before = words.at(-2) ?? "";
  if (words.slice(0, -1).some((word) => ABOUT_SECRETS.test(word))) return false;
  const pair = before === "" ? last : `${before} ${last}`;
  if (NO_PASSWORDS.has(pair)) return false;
  if (last === "tokens" && COUNTED_TOKENS.test(before)) return false;
  if (/^keys?$/.test(last)) return before !== "" && !HARMLESS_KEYS.test(before);
  return SECRET_WORDS.test(last) || SECRET_ENDINGS.test(last) || SECRET_PAIRS.has(pair);
});

/** Words for what anybody may see although it looks like a secret. */
const PUBLIC_WORDS =
  /^(public|publishable|pub|id|ids|uuid|guid|hash|sha|sha1|sha256|sha512|md5|digest|checksum|sum|commit|revision|rev|ref|build|version|tag|fingerprint|etag|nonce|cert|certificate|ca|crt|pem|site|sitekey|sig|signature|path|image|url|uri|dsn|host|domain)$/;

/** Whether a name says that its value may be seen: `GIT_COMMIT_SHA`, `VAPID_PUBLIC_KEY`, `CLIENT_ID`. */
export const isPublicName = rememberedText((name): boolean =>
  wordsOf(name).some((word) => PUBLIC_WORDS.test(word)),
);

/** `dbRootPassword2`, `DB_ROOT_PASSWORD_2` and `db.root-password.2` are the same words, in lower case. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Za-z]{3})(\d+)$/, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");

/** Whether an expression refers to something that is called a secret: `${random_password.db.result}`. */
export const namesSecret = (expression: string): boolean =>
  expression.split(/[^\w-]+/).some((word) => word === "random_password" || soundsSecret(word));
