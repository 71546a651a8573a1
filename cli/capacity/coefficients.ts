/** A number that was measured, or that a program has as its bound, and where that can be looked up. */
export interface Coefficient {
  readonly value: number;
  readonly unit: string;

  /** A file of this repository, with what in it says the number. */
  readonly source: string;
}

/** Figures of a measurement, by contestant: `bench/results/NAME.json`. The tests compare them with the file. */
const measured = (name: string, contestant: string, value: number, unit: string): Coefficient => ({
  value,
  unit,
  source: `bench/results/${name}.json, "${contestant}"`,
});

/**
 * All that a plan knows besides the settings and the memory models of the services. Measured on 2 cores that broker,
 * database, application and the load itself shared: a larger machine holds more, and how much more was not measured.
 */
export const COEFFICIENTS = {
  /** One `ingest`, at the rate that was offered; docs/scale.md has two and four. */
  readingsPerSecond: measured("ingest-rate", "committed", 11_997.7, "readings/s"),
  bytesPerReading: measured("reading-size", "a reading", 195.4, "bytes"),
  bytesPerSum: measured("reading-size", "a sum of an hour or a day", 173.1, "bytes"),
  bytesPerDumped: measured("reading-size", "a reading in a dump", 47.8, "bytes"),

  /** 1,000 readings a second to each of 50 sockets arrived, 99 of 100 within 50 ms. More was not measured. */
  pushesPerSecond: {
    value: 50_000,
    unit: "readings/s, all sockets together",
    source: 'bench/results/live-latency.json, "p99"',
  },

  /** Of one process of the API; a deployment may set the variable. */
  socketsPerApi: {
    value: 500,
    unit: "sockets",
    source: "apps/backend/exploreiot/settings.py, MAX_SOCKETS",
  },
} satisfies Readonly<Record<string, Coefficient>>;

const MIB = 1_048_576;

/** What `ingest` keeps free of a disk before it refuses readings. */
export const keptFree = (diskBytes: number): number =>
  Math.min(diskBytes / 4, Math.max(256 * MIB, Math.min(4096 * MIB, diskBytes / 20)));

export const KEPT_FREE = "docs/decisions/0145-a-disk-that-is-never-filled.md";
