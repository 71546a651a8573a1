import { expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";

const open = (input: object) =>
  parseDeployment({ name: "site", hosts: ["h"], ...input }, "test").ports.map(
    ({ listener, address, port, protocol }) => `${listener} ${address} ${port}/${protocol}`,
  );

const worker = { image: "x", roles: [{ name: "worker" }] };
test.each<[string, object, readonly string[]]>([
  [
    "on loopback, by default",
    {},
    ["frontend 127.0.0.1 3000/tcp", "backend 127.0.0.1 8000/tcp", "mqtt 127.0.0.1 1883/tcp"],
  ],
  [
    "on every address",
    { bind: "lan" },
    ["frontend 0.0.0.0 3000/tcp", "backend 0.0.0.0 8000/tcp", "mqtt 0.0.0.0 1883/tcp"],
  ],
  [
    "on one address, but for the listener that has its own",
    { bind: "fd00::10", listeners: { backend: { port: 81, bind: "loopback" }, mqtt: { bind: "lan" } } },
    ["frontend fd00::10 3000/tcp", "backend 127.0.0.1 81/tcp", "mqtt 0.0.0.0 1883/tcp"],
  ],
  [
    "without a frontend that is off",
    { frontend: { enabled: false } },
    ["backend 127.0.0.1 8000/tcp", "mqtt 127.0.0.1 1883/tcp"],
  ],
  [
    "without a backend that publishes no role",
    { backend: worker },
    ["frontend 127.0.0.1 3000/tcp", "mqtt 127.0.0.1 1883/tcp"],
  ],
  [
    "for the broker alone",
    { frontend: { enabled: false }, backend: { enabled: false } },
    ["mqtt 127.0.0.1 1883/tcp"],
  ],
  [
    "for the applications alone",
    { mosquitto: { enabled: false }, backend: { image: "x" } },
    ["frontend 127.0.0.1 3000/tcp", "backend 127.0.0.1 8000/tcp"],
  ],
])("ports are open %s", (_, input, ports) => {
  expect(open(input)).toEqual(ports);
});
