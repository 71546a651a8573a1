import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { referents } from "../../services/references.ts";
import { errorText } from "../support/error-text.ts";

const site = (change: object) => ({ name: "site", environment: "production", hosts: ["h"], ...change });
const webhook = (change: object = {}) => ({
  alarms: { webhook: { url: "https://alerts.example/iot", secret: "{secret.alarm-webhook}", ...change } },
});
const SENSORS = {
  boiler: { label: "Boiler", unit: "°C", decimals: 1, intervalSeconds: 60, low: 5, high: 80 },
  door: {},
};

const programs = (change: object) =>
  Object.fromEntries(parseDeployment(site(change), "site.yaml").programs.map((one) => [one.name, one]));

describe("what a site file says of sensors", () => {
  test("reaches the programs that need it, from one place each", () => {
    const deployment = parseDeployment(
      site({ sensors: SENSORS, alarms: { silentAfterSeconds: 90 } }),
      "site.yaml",
    );
    const known = referents(deployment);

    expect(known.get("deployment.sensors")).toEqual({ text: JSON.stringify(SENSORS) });
    expect(known.get("deployment.silentAfterSeconds")).toEqual({ text: "90" });
    const given = deployment.programs.map(({ name, environment, files }) => [
      name,
      environment.SENSORS_FILE,
      environment.SILENT_AFTER_SECONDS,
      files,
    ]);
    const silent = "{deployment.silentAfterSeconds}";
    const file = { "sensors.json": { text: "{deployment.sensors}" } };
    expect(given).toEqual([
      ["migrate", undefined, undefined, {}],
      ["api", "/run/exploreiot/sensors.json", silent, file],
      ["ingest", "/run/exploreiot/sensors.json", silent, file],
      ["frontend", undefined, silent, {}],
    ]);
  });

  test("sends alarms out by ingest alone, and hands the secret over as a file", () => {
    const { api, ingest, migrate } = programs(webhook());

    expect(ingest?.secrets.ALARM_WEBHOOK_SECRET).toEqual({ value: "{secret.alarm-webhook}", as: "file" });
    expect(ingest?.environment.ALARM_WEBHOOK_URL).toBe("{deployment.alarmWebhook}");
    for (const other of [api, migrate]) {
      expect(Object.keys(other?.secrets ?? {})).not.toContain("ALARM_WEBHOOK_SECRET");
      expect(Object.keys(other?.environment ?? {})).not.toContain("ALARM_WEBHOOK_URL");
    }
    expect(Object.keys(programs({}).ingest?.secrets ?? {})).not.toContain("ALARM_WEBHOOK_SECRET");
  });

  test("gives an application of one's own neither file nor topics", () => {
    const { api } = programs({ backend: { image: "registry.example/app" }, sensors: SENSORS });

    expect(api?.files).toEqual({});
    expect(api?.rights.mosquitto).toEqual({
      user: "backend",
      publish: ["status/backend"],
      subscribe: ["sensor/+"],
    });
  });

  const KEYS = "label, unit, decimals, intervalSeconds, low, high";
  const SECRET =
    "a text with a secret in it, such as {secret.NAME}: what stands in the site file is no secret; fix: write {secret.NAME} for it, and its value into .exploreiot/DEPLOYMENT/secrets/own-NAME before the first up (otherwise one is made)";

  test.each([
    [
      "limits that cross",
      { sensors: { boiler: { low: 80, high: 5 } } },
      "sensors.boiler.low: got 80; allowed: a number below sensors.boiler.high (5); fix: exchange them, or leave one out",
    ],
    [
      "a webhook in clear text on a server",
      webhook({ url: "http://alerts.example/iot" }),
      'alarms.webhook.url: got "http://alerts.example/iot"; allowed: an address that begins with https://, but in environment local; fix: use https',
    ],
    [
      "a secret that stands in the site file",
      webhook({ secret: "hunter2" }),
      `alarms.webhook.secret: got "[redacted]"; allowed: ${SECRET}`,
    ],
    [
      "readings at the topics of alarms",
      { topics: { readings: "alarm/+" } },
      'topics.readings: got "alarm/+"; allowed: a topic apart from alarm/+, where the reference backend would take its own alarms for readings; fix: choose another topic',
    ],
  ])("is refused for %s", async (_, change, expected) => {
    expect(await errorText(() => parseDeployment(site(change), "site.yaml"))).toBe(
      `site.yaml: 1 problem\n  ${expected}`,
    );
  });

  test("names the keys that a sensor has", async () => {
    const change = { sensors: { boiler: { hight: 3 } } };

    expect(await errorText(() => parseDeployment(site(change), "site.yaml"))).toContain(KEYS);
  });

  test.each(["a b", "=cmd", "a/b", "+", ""])("knows no sensor named %j", (name) => {
    expect(() => parseDeployment(site({ sensors: { [name]: {} } }), "site.yaml")).toThrow();
  });

  test("takes clear text on a developer's machine", () => {
    const { alarms } = parseDeployment(
      { name: "site", ...webhook({ url: "http://127.0.0.1:9/x" }) },
      "site.yaml",
    );

    expect(alarms.webhook?.url).toBe("http://127.0.0.1:9/x");
  });
});
