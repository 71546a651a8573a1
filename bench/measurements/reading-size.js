import { withDeployment } from "../support/deployment.js";
import { run } from "../support/process.js";
import { ReferenceApp } from "../support/reference-app.js";
import { verdict } from "../support/result.js";
import { summary } from "../support/statistics.js";

const READINGS = 2_000_000;
const SENSORS = 200;
const SUMS = 500_000;
/** With two decimals, as most sensors have. */
const VALUE = "round((random() * 10000)::numeric) / 100";
const NAME = "'sensor-' || lpad((n % 200)::text, 3, '0')";
const MOST = 250;

/** @satisfies {import("../support/measurement.js").Measurement} */
export const readingSize = {
  name: "reading-size",
  title: `bytes of a reading and of a sum, tables and indexes: ${READINGS} readings of ${SENSORS} sensors, ${SUMS} sums`,
  runs: 1,
  measure: () =>
    withDeployment(["bench-app-size", "compose", 27_180], async (deployment) => {
      const app = new ReferenceApp(deployment);
      await app.sql("TRUNCATE readings");
      await app.sql(
        `SET ROLE exploreiot; SELECT ensure_readings_partition((now() AT TIME ZONE 'UTC')::date - n * 7) FROM generate_series(0, 2) AS n`,
      );
      // In the order in which they come, half a second apart.
      await app.sql(
        `INSERT INTO readings (sensor, value, time) SELECT ${NAME}, ${VALUE}, now() - make_interval(secs => (${READINGS} - n) * 0.5) FROM generate_series(1, ${READINGS}) AS n`,
      );
      await app.sql("VACUUM ANALYZE readings");
      await app.sql(
        "SET ROLE exploreiot; SELECT ensure_span('readings_hourly', date '1990-01-01', date '2010-01-01')",
      );
      await app.sql(
        `INSERT INTO readings_hourly SELECT ${NAME}, timestamptz '1990-01-01 00:00Z' + make_interval(hours => n / ${SENSORS}), 1.25, 2.5, 1234.56, 720, now(), now() FROM generate_series(0, ${SUMS - 1}) AS n`,
      );
      await app.sql("VACUUM ANALYZE readings_hourly");
      const reading = (await sizeOf(app, "readings")) / READINGS;
      const figures = {
        "a reading": { command: "pg_total_relation_size of its partitions", ...summary([reading]) },
        "a sum of an hour or a day": {
          command: "the same of readings_hourly",
          ...summary([(await sizeOf(app, "readings_hourly")) / SUMS]),
        },
        "a reading in a dump": {
          command: "COPY readings TO STDOUT",
          ...summary([(await dumped(app)) / READINGS]),
        },
      };
      return {
        unit: /** @type {const} */ ("bytes"),
        figures,
        ratios: {},
        target: verdict(`a reading takes at most ${MOST} bytes`, reading, MOST, "bytes"),
      };
    }),
};

/**
 * @param {ReferenceApp} app
 * @param {string} table
 */
const sizeOf = async (app, table) =>
  Number(
    await app.sql(
      `SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = '${table}'::regclass`,
    ),
  );

/** @param {ReferenceApp} app */
async function dumped(app) {
  const copy =
    "psql -h /run/postgresql -U postgres -d exploreiot -c 'COPY (SELECT * FROM readings) TO STDOUT' | wc -c";
  const argv = ["docker", "exec", app.container("postgres"), "sh", "-c", copy];
  return Number((await run(argv, { limitSeconds: 600 })).stdout);
}
