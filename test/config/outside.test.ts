import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { errorText } from "../support/error-text.ts";

const tls = { ca: "ca.pem" };
const parsed = (input: object) => parseDeployment({ name: "demo", ...input }, "site.yaml");
const refusal = (input: object) => errorText(() => parsed(input));

describe("a server outside", () => {
  test("needs a host alone, and has the port of its protocol", () => {
    const { postgres, redis, mosquitto } = parsed({
      postgres: { outside: { host: "db.example.org", tls } },
      redis: { outside: { host: "cache.example.org", tls } },
      mosquitto: { outside: { host: "mqtt.example.org", tls } },
    });

    expect([postgres, redis, mosquitto].map(({ outside }) => outside)).toEqual([
      { host: "db.example.org", port: 5432, tls, allow: {} },
      { host: "cache.example.org", port: 6379, tls, allow: {} },
      { host: "mqtt.example.org", port: 8883, tls, allow: {} },
    ]);
  });

  test.each([
    ["postgres", { limits: {} }, "limits"],
    ["postgres", { tls: true }, "tls"],
    ["postgres", { health: {} }, "health"],
    ["redis", { memoryPolicy: "noeviction" }, "memoryPolicy"],
    ["mosquitto", { devices: {} }, "devices"],
    ["mosquitto", { maxPacketBytes: 16_384 }, "maxPacketBytes"],
  ])("%s has no container to configure: %j", async (service, settings, key) => {
    expect(await refusal({ [service]: { outside: { host: "a.example.org", tls }, ...settings } })).toMatch(
      `${service}.${key}: got `,
    );
    expect(await refusal({ [service]: { outside: { host: "a.example.org", tls }, ...settings } })).toContain(
      `allowed: nothing next to ${service}.outside: it configures the container, and there is none`,
    );
  });

  test.each(["203.0.113.7", "10.1.2.3", "db.example.org", "2001:db8::7"])(
    "is refused in clear text on a server: %s",
    async (host) => {
      const site = { environment: "production", hosts: ["iot.example.org"], bind: "lan" };

      expect(await refusal({ ...site, postgres: { outside: { host } } })).toContain(
        "postgres.outside.tls: got nothing; allowed: TLS with the server's CA",
      );
    },
  );

  test("may go without TLS at home at a private address, or with a reason", async () => {
    const clearText = { reason: "a tunnel of WireGuard leads there", expires: "2099-01-31" };

    expect(parsed({ redis: { outside: { host: "10.1.2.3" } } }).redis.outside?.tls).toBeUndefined();
    expect(await refusal({ redis: { outside: { host: "203.0.113.7" } } })).toContain(
      "redis.outside.tls: got nothing",
    );
    expect(
      parsed({ redis: { outside: { host: "203.0.113.7", allow: { clearText } } } }).redis.outside?.allow,
    ).toEqual({ clearText });
    expect(
      await refusal({ redis: { outside: { host: "203.0.113.7", tls, allow: { clearText } } } }),
    ).toContain("redis.outside.allow.clearText: got ");
  });

  test.each(["localhost", "127.0.0.1", "::1", "0.0.0.0"])("is not the container itself: %s", async (host) => {
    expect(await refusal({ postgres: { outside: { host, tls } } })).toContain(
      `postgres.outside.host: got ${JSON.stringify(host)}; allowed: a name or an address that containers reach`,
    );
  });

  test("has ranges of addresses only behind a name", async () => {
    const addresses = ["192.0.2.0/24"];

    expect(parsed({ redis: { outside: { host: "a.example.org", tls, addresses } } }).reaches).toEqual([
      { url: "tcp://a.example.org:6379", networks: ["edge", "broker"], addresses },
    ]);
    expect(await refusal({ redis: { outside: { host: "192.0.2.7", tls, addresses } } })).toContain(
      "redis.outside.addresses: got ",
    );
  });

  test("may be several of PostgreSQL, each reached on its own", async () => {
    const addresses = ["192.0.2.0/24"];
    const host = ["a.example.org", "198.51.100.7"];
    const {
      reaches,
      warnings: _,
      ...other
    } = parsed({
      postgres: { outside: { host, port: 5433, tls, addresses } },
    }) as ReturnType<typeof parsed> & { warnings?: unknown };

    expect(other.postgres.outside?.host).toEqual(host);
    expect(reaches).toEqual(
      ["a.example.org", "198.51.100.7"].map((one) => ({
        ...{ url: `tcp://${one}:5433`, networks: ["edge", "broker"], addresses },
      })),
    );
    expect(
      await refusal({ postgres: { outside: { host: ["192.0.2.7", "192.0.2.8"], tls, addresses } } }),
    ).toContain("postgres.outside.addresses: got ");
    expect(await refusal({ postgres: { outside: { host: ["a.example.org", "127.0.0.1"], tls } } })).toContain(
      'postgres.outside.host: got "127.0.0.1"; allowed: a name or an address that containers reach',
    );
    // In clear text at home each has to be private.
    expect(await refusal({ postgres: { outside: { host: ["10.1.2.3", "203.0.113.7"] } } })).toContain(
      "postgres.outside.tls: got nothing",
    );
    expect(
      parsed({ postgres: { outside: { host: ["10.1.2.3", "10.1.2.4"] } } }).postgres.outside?.tls,
    ).toBeUndefined();
  });

  test.each([
    ["postgres", ["a.example.org"], ", or a list of 2 to 8 different ones"],
    ["postgres", ["a.example.org", "a.example.org"], ", or a list of 2 to 8 different ones"],
    ["postgres", ["a.example.org", "b.example.org:5433"], ", or a list of 2 to 8 different ones"],
    ["redis", ["a.example.org", "b.example.org"], ""],
    ["mosquitto", ["a.example.org", "b.example.org"], ""],
  ])("%s is refused at %j", async (service, host, more) => {
    expect(await refusal({ [service]: { outside: { host, tls } } })).toContain(
      `${service}.outside.host: got ${JSON.stringify(host)}; allowed: a host name or an IP address, without port${more}; fix: `,
    );
  });

  test("gives a way out to the programs that log in there, and to no other", () => {
    const of = (input: object) =>
      Object.fromEntries(parsed(input).programs.map(({ name, networks }) => [name, networks]));

    expect(of({ postgres: { outside: { host: "a.example.org", tls } } })).toEqual({
      migrate: ["broker", "data"],
      api: ["edge", "data"],
      ingest: ["broker", "data"],
      frontend: ["edge"],
    });
    expect(of({ redis: { outside: { host: "a.example.org", tls } } }).migrate).toEqual(["data"]);
  });
});
