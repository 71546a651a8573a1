import { expect, test } from "vitest";
import { refusals } from "../../../cli/doctor/broker-lines.ts";

const found = (name: string, from: string | undefined, lines: readonly string[]) => {
  const { take, found } = refusals(name, from);
  for (const line of lines) take(line);
  return found;
};

const WRONG = `login refused: user "sensor", client "esp-1", from 192.0.2.7: its password is wrong or missing`;
const STRANGER = `login refused: user "pump", client "esp-2", from 192.0.2.8: there is no such user`;
const DENIED = `client "esp-1" of user "sensor" may not publish to "meter/a": no rule lets it`;
const TLS = "4: OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed";
const LINES = [
  `1: guard: ${WRONG}`,
  `2: guard: ${STRANGER} (7 more like this were left out)`,
  `3: guard: ${DENIED}`,
  "4: New connection from 192.0.2.9:4711 on port 8883.",
  TLS,
  "5: New connection from 192.0.2.10:4711 on port 8883.",
  "5: OpenSSL Error[0]: of somebody else",
];

test.each([
  ["a user", "sensor", undefined, { logins: [WRONG], publications: [DENIED] }],
  ["a client id", "esp-1", undefined, { logins: [WRONG], publications: [DENIED] }],
  [
    "an address, of any user",
    "sensor",
    "192.0.2.8",
    { logins: [WRONG, `${STRANGER} (7 more like this were left out)`], publications: [DENIED] },
  ],
  ["a handshake that failed", "valve", "192.0.2.9", { logins: [TLS], publications: [] }],
  ["nobody that was refused", "valve", undefined, { logins: [], publications: [] }],
])("the broker's lines tell what was refused: %s", (_, name, from, expected) => {
  expect(found(name, from, LINES)).toEqual(expected);
});

test("a name that a client has chosen is read as one name", () => {
  const line = String.raw`1: guard: login refused: user "a\", client \"sensor\", from 192.0.2.7: \\", client "c\\", from 192.0.2.1: there is no such user`;
  expect(found("sensor", "192.0.2.7", [line])).toEqual({ logins: [], publications: [] });
  expect(
    found(String.raw`a", client "sensor", from 192.0.2.7: \ `.trimEnd(), undefined, [line]).logins,
  ).toHaveLength(1);
  // It looks like a line of the guard, in one of the broker.
  const forged = `1: New client connected from 192.0.2.1:5 as 1: guard: ${WRONG} (p5, c1, k60, u'pump').`;
  expect(found("sensor", undefined, [forged])).toEqual({ logins: [], publications: [] });
});
