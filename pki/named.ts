/** The part of a deployment that its certificates are made from. */
export interface Named {
  readonly name: string;

  /** Names and addresses that users type. */
  readonly hosts: readonly string[];
}
