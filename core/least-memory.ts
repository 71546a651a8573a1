/**
 * The least memory that a service can have: the first at which all that its settings plan for fits into it.
 *
 * @param needs what is in use at once, in MiB, where the service has so many
 */
export function leastMemoryMiB(needs: (memoryMiB: number) => number): number {
  let memoryMiB = 1;
  while (needs(memoryMiB) > memoryMiB) memoryMiB += 1;
  return memoryMiB;
}
