const SECRET_NAME =
  /(?:password|passwd|passphrase|secret|token|credentials?|api[._-]?key|private[._-]?key|secret[._-]?key)$/i;

/** Whether a variable or a file is called what secrets are called: `DATABASE_PASSWORD`, `api.token`. */
export const soundsSecret = (name: string): boolean => SECRET_NAME.test(name);

/** Whether text holds a secret that can be told by its form: a private key, or a URL with a password in it. */
export const looksSecret = (text: string): boolean =>
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) ||
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i.test(text);
