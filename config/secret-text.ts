/** A secret in the middle of a text: as it is, or hashed as the program that reads the text wants it. */
export interface SecretPart {
  /** Name in the secret store. */
  readonly secret: string;

  /** `mosquitto`: a line of a password file; `redis`: `#` and the SHA-256, as ACL files take it. */
  readonly as: "value" | "mosquitto" | "redis";
}

/**
 * A file that is made of plain text and secrets, without the secrets: public. It stands in the synthesized JSON, so
 * that a server can make the file from secrets that this machine never sees.
 */
export type SecretText = readonly (string | SecretPart)[];
