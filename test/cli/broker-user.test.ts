import { describe, expect, test } from "vitest";
import { publisherOf, topicOf } from "../../cli/broker-user.ts";
import { brokerWay } from "../../cli/broker-way.ts";
import { parseDeployment } from "../../config/parse.ts";
import { errorText } from "../support/error-text.ts";

const users = [
  { name: "viewer", subscribe: ["sensor/+"] },
  { name: "press", publish: ["plant/%u", "sensor/press"] },
  { name: "sensor", publish: ["sensor/+"] },
];
const deployment = parseDeployment({ name: "lab", mosquitto: { users } }, "test");

describe("the topic of a reading", () => {
  test("is that of the deployment's readings with the sensor's name, or the one that was given", () => {
    expect([
      topicOf(deployment, "temp"),
      topicOf(deployment, "plant/press"),
      topicOf({ topics: { readings: "site/+/up", status: "s" } }, "temp"),
    ]).toEqual(["sensor/temp", "plant/press", "site/temp/up"]);
  });

  test("is published by the first user that may", () => {
    expect([
      publisherOf(deployment, "plant/press"),
      publisherOf(deployment, "sensor/press"),
      publisherOf(deployment, "sensor/temp"),
    ]).toEqual(["press", "press", "sensor"]);
  });

  test("is refused where nobody may publish on it, with what is allowed", async () => {
    expect(await errorText(() => publisherOf(deployment, "plant/other"))).toBe(
      [
        'lab: no user of mosquitto.users may publish on "plant/other"; allowed: plant/press, sensor/press as press; sensor/+ as sensor',
        "  → publish on one of these, or add the topic to a user in the site file and run exploreiot up",
        "  → a device with a certificate publishes under its own name: exploreiot devices issue NAME",
      ].join("\n"),
    );
    expect(await errorText(() => publisherOf(deployment, "sensor/+"))).toContain("allowed: one topic");
  });
});

describe("the way to the broker", () => {
  const listeners = (wanted: object, tls = {}) => {
    const input = { name: "lab", bind: "loopback", listeners: wanted, tls, mosquitto: { users } };
    return brokerWay(parseDeployment(input, "test"), "/nowhere");
  };

  test("is the listener that clients with passwords are meant to use", () => {
    expect(listeners({ mqtt: {} })).toEqual({ port: 1883, listener: "mqtt" });
    expect(listeners({ mqtt: { enabled: false }, backend: {} })).toEqual({ port: 1883, listener: "inside" });
    expect(listeners({ mqtt: {}, mqtts: {} }, { mqttClients: "certificates" })).toEqual({
      port: 1883,
      listener: "mqtt",
    });
  });
});
