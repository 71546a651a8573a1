import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";

const parse = (input: object) => parseDeployment({ name: "site", hosts: ["h"], ...input }, "test");
const open = (input: object) =>
  parse(input).ports.map(
    ({ listener, address, port, protocol }) => `${listener} ${address} ${port}/${protocol}`,
  );

const off = { enabled: false };
const worker = { image: "x", roles: [{ name: "worker" }] };
const postgresAlone = {
  environment: "production",
  ...{ mosquitto: off, redis: off, backend: off, frontend: off },
};

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
    { frontend: off },
    ["backend 127.0.0.1 8000/tcp", "mqtt 127.0.0.1 1883/tcp"],
  ],
  [
    "without a backend that publishes no role",
    { backend: worker },
    ["frontend 127.0.0.1 3000/tcp", "mqtt 127.0.0.1 1883/tcp"],
  ],
  ["for the broker alone", { frontend: off, backend: off }, ["mqtt 127.0.0.1 1883/tcp"]],
  [
    "for the applications alone",
    { mosquitto: off, backend: { image: "x" } },
    ["frontend 127.0.0.1 3000/tcp", "backend 127.0.0.1 8000/tcp"],
  ],
  [
    "in production, for the backend alone over TLS",
    { environment: "production", bind: "lan", frontend: off, mosquitto: off, backend: { image: "x" } },
    ["https 0.0.0.0 443/tcp"],
  ],
  ["for a database alone, not at all", postgresAlone, []],
])("ports are open %s", (_, input, ports) => {
  expect(open(input)).toEqual(ports);
});

describe("nothing is asked for a listener that nobody serves:", () => {
  test.each<[string, object]>([
    ["its port is free for another", { frontend: off, listeners: { backend: { port: 3000 } } }],
    [
      "its port is free for the firewall",
      {
        frontend: off,
        firewall: { scope: "host", interfaces: ["eth0"], open: [{ port: 3000 }] },
      },
    ],
    [
      "no certificate by ACME",
      { ...postgresAlone, tls: { certificate: { source: "acme", email: "ops@example.org" } } },
    ],
    ["no names of a database alone", { ...postgresAlone, bind: "lan", hosts: undefined }],
    ["no paths apart", { listeners: { https: {} }, backend: { ...worker, pathPrefix: "" } }],
    [
      "no subnet apart",
      {
        ...postgresAlone,
        networks: { data: { ipv4: "10.224.0.0/12" } },
      },
    ],
  ])("%s", (_, input) => {
    expect(parse(input)).toMatchObject({ name: "site" });
  });
});
