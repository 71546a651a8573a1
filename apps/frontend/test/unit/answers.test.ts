import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mergeAlarms, parseAlarm } from "@/lib/data/alarms";
import { Api, ApiError } from "@/lib/data/api";
import { parseDevice, sortedDevices } from "@/lib/data/devices";
import { parseOverview, sparkPath, stepsBridged } from "@/lib/data/overview";
import { parseSettings, silentAfter } from "@/lib/data/sensor-settings";
import { parsePush } from "@/lib/live/pushes";
import { Backend } from "../support/backend";
import { waitFor } from "../support/wait";

const T0 = Date.UTC(2026, 0, 1);
const ALARM = {
  id: 7,
  capteur: "boiler",
  genre: "haut",
  valeur: 81.5,
  limite: 80,
  debut: "2026-01-01T00:00:00Z",
  fin: null,
};
const READ = { id: 7, sensor: "boiler", kind: "high", value: 81.5, limit: 80, begin: T0, end: undefined };

describe("settings of sensors", () => {
  test("are read, and what is not said is left open", () => {
    const boiler = {
      nom: "Boiler",
      unite: "°C",
      decimales: 1,
      intervalle_secondes: 60,
      bas: null,
      haut: 80,
    };
    expect(parseSettings({ capteurs: { boiler, door: {} }, silence_secondes: 90 })).toEqual({
      sensors: new Map([
        ["boiler", { label: "Boiler", unit: "°C", decimals: 1, intervalSeconds: 60, high: 80 }],
        ["door", {}],
      ]),
      silentAfterSeconds: 90,
    });
  });

  test.each([1.5, -1, "2", null])("decimals of %o are none", (decimales) => {
    expect(parseSettings({ capteurs: { a: { decimales } } }).sensors.get("a")?.decimals).toBeUndefined();
  });

  test("make a sensor silent after three intervals, or as others", () => {
    expect([silentAfter({ intervalSeconds: 300 }, 60), silentAfter({}, 60)]).toEqual([900, 60]);
  });

  test("are none in an answer that is no settings", () => {
    expect(parseSettings([])).toEqual({ sensors: new Map(), silentAfterSeconds: undefined });
  });
});

describe("alarms", () => {
  test("are read from an answer and from a push", () => {
    expect(parseAlarm(ALARM)).toEqual(READ);
    expect(parsePush(JSON.stringify({ type: "alarme", ...ALARM }))).toEqual({ alarm: READ });
  });

  test.each([null, { ...ALARM, id: null }, { ...ALARM, genre: "autre" }, { ...ALARM, debut: "x" }])(
    "%o is none",
    (input) => expect(parseAlarm(input)).toBeUndefined(),
  );

  test("are each shown once, newest first, with the later word on them", () => {
    const [first, ended, second] = [
      parseAlarm(ALARM),
      parseAlarm({ ...ALARM, fin: "2026-01-01T00:01:00Z" }),
      parseAlarm({ ...ALARM, id: 8, genre: "silence", valeur: null, debut: "2026-01-01T01:00:00Z" }),
    ];
    if (first === undefined || ended === undefined || second === undefined) throw new Error("not read");
    expect(mergeAlarms([first], [second, ended])).toEqual([second, ended]);
  });
});

describe("devices", () => {
  test("are read, and those that are away come first", () => {
    const entries = [
      { appareil: "d10", en_ligne: true, depuis: "2026-01-01T00:00:00Z" },
      { appareil: "d9", en_ligne: true },
      { appareil: "x", en_ligne: false },
      { appareil: "y" },
    ].map(parseDevice);
    expect(entries.at(-1)).toBeUndefined();
    expect(sortedDevices(entries.filter((entry) => entry !== undefined))).toEqual([
      { name: "x", isOnline: false, since: undefined },
      { name: "d9", isOnline: true, since: undefined },
      { name: "d10", isOnline: true, since: T0 },
    ]);
  });
});

describe("the small charts", () => {
  test("have a point a step, and gaps", () => {
    const overview = parseOverview([{ capteur: "a", points: [1, null, 2.5] }, { capteur: "b" }, null]);
    expect(overview).toEqual(new Map([["a", [1, undefined, 2.5]]]));
  });

  test.each([
    [[0, 10, 5], 0, "M0 20L50 0L100 10"],
    [[0, undefined, 10], 0, "M0 20h0M100 0h0"],
    [[0, undefined, 10], 1, "M0 20L100 0"],
    [[undefined, 0, undefined, undefined, 10], 1, "M25 20h0M100 0h0"],
    [[3, 3], 2, "M0 10L100 10"],
    [[3], 2, "M0 10h0"],
    [[undefined], 2, ""],
    [[], 2, ""],
  ])("%o with %i steps bridged are drawn as %j", (points, bridged, path) => {
    expect(sparkPath(points, 100, 20, bridged)).toBe(path);
  });

  test("go on over three intervals of the sensor, or over two steps where it has none", () => {
    const points = new Array(24).fill(1);
    expect([stepsBridged(points, 600), stepsBridged(points, 1), stepsBridged(points, undefined)]).toEqual([
      12, 1, 2,
    ]);
  });
});

describe("calls", () => {
  let backend: Backend;
  let api: Api;
  beforeEach(async () => {
    backend = new Backend();
    api = new Api(`http://127.0.0.1:${await backend.start()}/api`);
  });
  afterEach(() => backend.stop());

  test("list rejected messages under the key that a person gave", async () => {
    backend.key = "key";
    backend.rejected = [{ recu: "2026-01-01T00:00:00Z", sujet: "sensor/a b", raison: "name", debut: "{" }];
    await expect(api.listRejects(20, "")).rejects.toHaveProperty("status", 401);
    expect(await api.listRejects(20, "key")).toEqual([
      { at: T0, topic: "sensor/a b", reason: "name", start: "{" },
    ]);
  });

  test("end once their signal says so", async () => {
    // Its own limit would end the call after 8 s, as an answer would after 10.
    backend.slow = { path: "appareils", ms: 10_000 };
    const ending = new AbortController();
    const devices = api.until(ending.signal).devices();
    await waitFor(() => expect(backend.calls).toEqual(["/api/appareils"]));
    ending.abort();
    const startedAt = Date.now();
    await expect(devices).rejects.toEqual(new ApiError(undefined));
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  test("give CSV where the page says", async () => {
    backend.store("a", 1.5, T0);
    backend.store("a", 2, T0 + 60_000);
    const answer = await fetch(api.csvAddress("a", { from: T0, to: T0 + 1_000 }));
    expect(await answer.text()).toBe("capteur,valeur,horodatage\na,1.5,2026-01-01T00:00:00.000Z\n");
  });
});
