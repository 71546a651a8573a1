import type { Api } from "./api";
import { LARGEST_ANSWER } from "./api";
import { type Range, type Slice, slices } from "./ranges";
import type { Reading } from "./readings";
import { mergePoints, type Point, toPoint } from "./series";

export interface LoadedSeries {
  readonly points: Point[];
  /** The older part holds one reading per sample distance, because the range holds more than one answer may. */
  readonly isSampled: boolean;
}

const PARALLEL_CALLS = 4;
const KEPT_SAMPLES = 2_000;

/** Loads ranges of readings; slices that lie in the past do not change and are asked for once. */
export class SeriesLoader {
  private readonly samples = new Map<string, Point | undefined>();

  constructor(private readonly api: Api) {}

  async load(sensor: string, range: Range, now: number): Promise<LoadedSeries> {
    const from = now - range.seconds * 1000;
    const newest = ascending(await this.api.readings({ sensor, limit: LARGEST_ANSWER, from }));
    const oldest = newest[0];
    if (newest.length < LARGEST_ANSWER || oldest === undefined) return { points: newest, isSampled: false };
    const older = slices(from, oldest.at, range.sampleSeconds);
    const sampled = await this.sampleAll(sensor, older);
    return { points: mergePoints(sampled, newest), isSampled: older.length > 0 };
  }

  private async sampleAll(sensor: string, older: readonly Slice[]): Promise<Point[]> {
    const queue = [...older];
    const found: Point[] = [];
    const work = async (): Promise<void> => {
      for (let slice = queue.shift(); slice !== undefined; slice = queue.shift()) {
        const point = await this.sample(sensor, slice);
        if (point !== undefined) found.push(point);
      }
    };
    // A refused or failed call leaves the rest of the sample out; the newest readings are there already.
    await Promise.allSettled(Array.from({ length: PARALLEL_CALLS }, work));
    return found.sort((a, b) => a.at - b.at);
  }

  private async sample(sensor: string, { from, to }: Slice): Promise<Point | undefined> {
    const key = `${to - from} ${to} ${sensor}`;
    if (this.samples.has(key)) return this.samples.get(key);
    // One millisecond less: the end of a slice is the start of the next.
    const [reading] = await this.api.readings({ sensor, limit: 1, from, to: to - 1 });
    const point = reading === undefined ? undefined : toPoint(reading);
    if (this.samples.size >= KEPT_SAMPLES) this.samples.clear();
    this.samples.set(key, point);
    return point;
  }
}

function ascending(newestFirst: readonly Reading[]): Point[] {
  return mergePoints([], newestFirst.map(toPoint).reverse());
}
