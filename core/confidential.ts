/** Names of values that are not repeated in messages, which end up in logs. */
const CONFIDENTIAL = /passw|secret(?!s$)|token|api_?key|credential|[_-]key$/i;

/** User and password of an address. */
const USER_INFO = /:\/\/[^/\s"@]*@/g;

/** Whether a value of this name may be a secret: `DATABASE_PASSWORD`, `api_key`. */
export const isConfidential = (name: string): boolean => CONFIDENTIAL.test(name);

/** Text without the users and passwords of addresses in it. */
export const withoutUserInfo = (text: string): string => text.replaceAll(USER_INFO, "://[redacted]@");
