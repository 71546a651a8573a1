/** A container, as far as it concerns what it writes. */
interface Writer<Volume> {
  /** Runs once and ends. */
  readonly job: boolean;
  readonly volumes: readonly { readonly name: Volume; readonly readOnly: boolean }[];
}

/**
 * The volumes that hold data: those that a service may write to. The rest are filled by jobs, which fill them again.
 * Asked by everyone who keeps, protects, lists, judges or deletes data.
 */
export const dataOf = <Volume>(containers: readonly Writer<Volume>[]): readonly Volume[] => [
  ...new Set(
    containers
      .filter(({ job }) => !job)
      .flatMap(({ volumes }) => volumes.filter(({ readOnly }) => !readOnly).map(({ name }) => name)),
  ),
];
