/**
 * How one secret, key or certificate is exchanged. A rotation may be killed at any moment and is then done again from
 * `apply` on, so what `stage` makes is in place of nothing yet, and `apply` may find that it was done before.
 */
export interface Rotation {
  readonly name: string;

  /** The name of the exchanged thing, for people. */
  readonly what: string;

  /**
   * Whether clients outside of the deployment hold it, and have to be given the new one: `begin` makes it count next to
   * the former one, and `finish` ends the former one. Otherwise `begin` is all there is.
   */
  readonly inTwoSteps: boolean;

  /** Roles of containers that read it at their start alone, though nothing replaces them. @default - none */
  readonly restarts?: readonly string[];

  /** Makes what is new, next to what counts. */
  stage(step: RotationStep): Promise<void>;

  /** Puts it in place; deployed by an `up` after that. */
  apply(step: RotationStep): Promise<void>;

  /** Does what is left to do once it is deployed. @default - nothing is */
  settle?(): Promise<void>;
}

export type RotationStep = "begin" | "finish";
