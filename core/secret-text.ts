/** A secret in the middle of a text: as it is, or hashed as the program that reads the text wants it. */
interface SecretPart {
  /** Name in the secret store. */
  readonly secret: string;

  /** `url`: percent-encoded; `mosquitto`: a line of a password file; `redis`: `#` and the SHA-256, as ACL files take it. */
  readonly as: "value" | "url" | "mosquitto" | "redis";
}

/** A file that is made of plain text and secrets, without the secrets. */
export type SecretText = readonly (string | SecretPart)[];

/** A certificate for servers and its key, `<name>.crt` and `<name>.key` in a folder of their own. */
export interface IssuedPair {
  /** Folder of the pair, below the deployment's directory: `pki/edge`. */
  readonly pair: string;
  readonly name: string;
  readonly subject: string;

  /** DNS names and IP addresses. */
  readonly hosts: readonly string[];

  /** Folder of the CA that signs it. @default - signed by its own key */
  readonly authority?: string;
}

/** The certificate of a CA of the deployment's own: `ca.crt` in its folder. */
interface AuthorityCertificate {
  readonly authority: string;
}

/**
 * How a secret file comes to be, without a secret in it. It stands in the synthesized JSON, so that a server can make
 * the file from secrets and keys that this machine never sees.
 */
export type Origin = SecretText | IssuedPair | AuthorityCertificate;

export const isText = (origin: Origin | undefined): origin is SecretText => Array.isArray(origin);

/** Secrets that a file is made of. */
export const namesIn = (origin: Origin | undefined): readonly string[] =>
  isText(origin) ? origin.flatMap((part) => (typeof part === "string" ? [] : [part.secret])) : [];
