/** A container, as far as it concerns what it writes. */
interface Writer {
  /** Runs once and ends. */
  readonly job: boolean;
  readonly volumes: readonly { readonly name: string; readonly readOnly: boolean }[];
}

/**
 * The volumes that hold data: those that a service may write to. The rest are filled by jobs, which fill them again.
 * Whoever keeps, protects, lists or deletes data asks here.
 */
export const dataOf = (containers: readonly Writer[]): readonly string[] => [
  ...new Set(
    containers
      .filter(({ job }) => !job)
      .flatMap(({ volumes }) => volumes.filter(({ readOnly }) => !readOnly).map(({ name }) => name)),
  ),
];
