import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { referents } from "../../services/references.ts";
import { errorText } from "../support/error-text.ts";

const site = (change: object) => ({ name: "site", environment: "production", hosts: ["h"], ...change });
const classes = { fast: { sensors: ["vib-*", "motor"], rawDays: 14 } };

/** The part of it that a program is told. */
const given = (change: object) =>
  Object.fromEntries(
    parseDeployment(site(change), "site.yaml").programs.map(({ name, environment, files }) => [
      name,
      [environment.RETENTION_DAYS, environment.RETENTION_FILE, files["retention.json"]],
    ]),
  );

describe("what a site file says of retention", () => {
  const nothing = [undefined, undefined, undefined];

  test("is told to nobody where it says nothing, or what is so anyway", () => {
    const none = { migrate: nothing, api: nothing, ingest: nothing, frontend: nothing };

    expect(given({})).toEqual(none);
    expect(given({ retention: { rawDays: 365, whenFull: "refuse", classes: {} } })).toEqual(none);
  });

  test("reaches ingest, which lets readings go, and of it api what it may accept", () => {
    const file = { text: "{deployment.retention}" };

    expect(given({ retention: { rawDays: 90, classes } })).toEqual({
      ...{ migrate: nothing, frontend: nothing, api: ["90", undefined, undefined] },
      ingest: ["90", "/run/exploreiot/retention.json", file],
    });
    const known = referents(parseDeployment(site({ retention: { rawDays: 90, classes } }), "site.yaml"));
    expect(known.get("deployment.retention")).toEqual({
      text: JSON.stringify({ classes, hourlyDays: 1825, dailyDays: 3650, whenFull: "refuse" }),
    });
  });

  test.each([
    [
      "a sensor in two classes",
      { classes: { ...classes, slow: { sensors: ["x", "motor"], rawDays: 700 } } },
      'retention.classes.slow.sensors.1: got "motor"; allowed: a sensor that class fast does not have; fix: leave it in one of them',
    ],
    [
      "hours for a shorter time than readings",
      { hourlyDays: 100 },
      "retention.hourlyDays: got 100; allowed: at least 365, as retention.rawDays has; fix: exchange them, or leave one out",
    ],
    [
      "hours for a shorter time than readings of a class",
      { classes: { bill: { sensors: ["meter"], rawDays: 3000 } } },
      "retention.hourlyDays: got 1825; allowed: at least 3000, as retention.classes.bill.rawDays has; fix: exchange them, or leave one out",
    ],
    [
      "days for a shorter time than hours",
      { hourlyDays: 4000 },
      "retention.dailyDays: got 3650; allowed: at least 4000, as retention.hourlyDays has; fix: exchange them, or leave one out",
    ],
    [
      "a pattern that is none",
      { classes: { fast: { sensors: ["vib-?"], rawDays: 14 } } },
      'retention.classes.fast.sensors.0: got "vib-?"; allowed: the name of a sensor, or a pattern such as "vibration-*", in which * stands for any characters',
    ],
    [
      "another rule for a full disk",
      { whenFull: "delete" },
      'retention.whenFull: got "delete"; allowed: "refuse" or "aggregateOldest"; fix: change it',
    ],
  ])("refuses %s", async (_, retention, problem) => {
    expect(await errorText(() => parseDeployment(site({ retention }), "site.yaml"))).toContain(problem);
  });
});
