import { type Api, ApiError, LARGEST_ANSWER } from "./api";
import { type Series, withPushed } from "./buckets";
import { type Span, stepSeconds } from "./periods";

export interface LoadedSeries extends Series {
  /** Only the newest readings are there: this backend does not sum up, and gives so many at most. */
  readonly isCutOff: boolean;
}

/**
 * The buckets of one to four sensors over a span, each sensor with an entry even where it has no reading.
 *
 * @param step of the buckets, in seconds. Where wider sums are all that is left, it is as wide as they are
 */
export async function loadSeries(
  api: Api,
  sensors: readonly string[],
  span: Span,
  step = stepSeconds(span),
): Promise<LoadedSeries> {
  // Whole buckets: the backend would otherwise sum up a part of the first and of the last.
  const stepMs = step * 1000;
  const whole = { from: Math.floor(span.from / stepMs) * stepMs, to: Math.ceil(span.to / stepMs) * stepMs };
  try {
    const series = await api.series(sensors, whole, step);
    // One sum an hour would stand between gaps of minutes.
    if (series.resolutionSeconds > step)
      return await loadSeries(api, sensors, span, series.resolutionSeconds);
    const all = sensors.map((sensor) => [sensor, series.bySensor.get(sensor) ?? new Map()] as const);
    return { ...series, bySensor: new Map(all), isCutOff: false };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    return fromReadings(api, sensors, whole, step);
  }
}

/** A backend from before `/series` has single readings alone. */
async function fromReadings(
  api: Api,
  sensors: readonly string[],
  span: Span,
  step: number,
): Promise<LoadedSeries> {
  const lists = await Promise.all(
    sensors.map((sensor) => api.readings({ sensor, limit: LARGEST_ANSWER, ...span })),
  );
  const empty = {
    stepSeconds: step,
    resolutionSeconds: 0,
    bySensor: new Map(sensors.map((sensor) => [sensor, new Map()])),
  };
  const isCutOff = lists.some((list) => list.length >= LARGEST_ANSWER);
  return { ...withPushed(empty, lists.flat()), isCutOff };
}
