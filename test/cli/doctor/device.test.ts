import { expect, test } from "vitest";
import { mayPublish, readAmong } from "../../../cli/doctor/acl.ts";
import { apart } from "../../../cli/doctor/device.ts";
import { causeOf } from "../../../cli/doctor/page.ts";
import { failed, passed } from "../../../cli/doctor/steps.ts";
import { accessControlList } from "../../../services/mosquitto/access.ts";

const acl = accessControlList(
  [
    { name: "press", publish: ["plant/%u", "a b/c"], subscribe: ["x/+"] },
    { name: "sensor", publish: ["sensor/+"], subscribe: [] },
  ],
  ["pattern write own/%u", "pattern read cmd/%u"],
);

test("the broker's rules say what a user may publish: its own lines, and the patterns for everybody", () => {
  expect([mayPublish(acl, "press"), mayPublish(acl, "sensor"), mayPublish(acl, "pump")]).toEqual([
    ["plant/%u", "a b/c", "own/press"],
    ["sensor/+", "own/sensor"],
    ["own/pump"],
  ]);
  expect(readAmong(["plant/x", "sensor/temp"], "sensor/+")).toEqual(["sensor/temp"]);
});

test("an address that can never reach a listener is told so", () => {
  expect(apart("192.0.2.7", "127.0.0.1")).toContain("only the machine itself reaches");
  expect(apart("2001:db8::1", "192.0.2.1")).toContain("of the other address family");
  expect([
    apart("127.0.0.1", "127.0.0.1"),
    apart("192.0.2.7", "0.0.0.0"),
    apart("2001:db8::1", "::"),
  ]).toEqual([undefined, undefined, undefined]);
});

test("the cause is the hop on which the others that failed stand", () => {
  const chain = (...down: readonly string[]) =>
    ["page", "api", "redis", "database", "ingest", "broker"].map((name) =>
      down.includes(name) ? failed(name, "away") : passed(name, "well"),
    );
  expect([
    causeOf(chain()),
    causeOf(chain("api", "ingest", "database")),
    causeOf(chain("ingest", "broker")),
    causeOf(chain("ingest")),
    causeOf(chain("page")),
  ]).toEqual([null, "database", "broker", "ingest", "page"]);
});
