import { expect, test } from "vitest";
import { parseMosquittoConf } from "../../../policies/files/mosquitto-conf.ts";

test("reads comments, indentation, words with something behind them, and what belongs to a listener", () => {
  const { settings, listeners } = parseMosquittoConf(
    [
      "# listener 1",
      "",
      "max_connections 5",
      "  listener  1883   10.0.0.1 \r",
      "allow_anonymous false # behind it",
      "log_timestamp_format %Y # %m",
      "listener 0 /run/mosquitto.sock",
      "max_connections 7",
    ].join("\n"),
  );

  expect(settings.list.map(({ name, value }) => `${name}=${value}`)).toEqual([
    "max_connections=5",
    "listener=1883   10.0.0.1",
    "allow_anonymous=false",
    "log_timestamp_format=%Y # %m",
    "listener=0 /run/mosquitto.sock",
    "max_connections=7",
  ]);
  expect(listeners.map(({ port, address, place }) => ({ port, address, place }))).toEqual([
    { port: 1883, address: "10.0.0.1", place: "mosquitto.conf line 4" },
    { port: 0, address: "/run/mosquitto.sock", place: "mosquitto.conf line 7" },
  ]);
  expect(listeners.map(({ settings: own }) => own.last("max_connections")?.value)).toEqual([undefined, "7"]);
});

test.each([
  { text: "allow_anonymous", says: "x.conf line 1: allow_anonymous has no value" },
  { text: "\n  # indented", says: "x.conf line 2 is no setting" },
  { text: "\tallow_anonymous false", says: "x.conf line 1 is no setting" },
  { text: "include_dir /etc/conf.d", says: "x.conf line 1: include_dir names files that are not known here" },
  { text: "listener http", says: "x.conf line 1: listener has no port" },
])("does not read $text", ({ text, says }) => {
  expect(() => parseMosquittoConf(text, "x.conf")).toThrow(says);
});
