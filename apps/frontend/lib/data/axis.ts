/** The limits of a sensor, where it has any. */
export interface Limits {
  readonly low: number | undefined;
  readonly high: number | undefined;
}

/**
 * Lowest and highest value of an axis. A tenth of free space lies above and below, one reading alone stands in the
 * middle, and a limit is shown where it is near: one that is far away would press the line flat.
 *
 * @param low lowest value to be shown; null where there is none
 */
export function axisRange(
  low: number | null,
  high: number | null,
  limits: Limits | undefined,
): [number, number] {
  if (low === null || high === null) return [0, 1];
  const spread = high > low ? high - low : Math.abs(high) / 10 || 1;
  const isNear = (limit: number | undefined) =>
    limit !== undefined && limit > low - spread && limit < high + spread;
  const near = [limits?.low, limits?.high].filter(isNear) as number[];
  const pad = high > low ? spread / 10 : spread / 2;
  return [Math.min(low, ...near) - pad, Math.max(high, ...near) + pad];
}
