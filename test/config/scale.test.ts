import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { errorText } from "../support/error-text.ts";

const parsed = (input: object) => parseDeployment({ name: "demo", ...input }, "site.yaml");
const refusal = async (input: object) => (await errorText(() => parsed(input))).split("\n").slice(1);

const ingest = (given: object = {}) => ({
  name: "ingest",
  command: ["python", "-m", "exploreiot", "ingest"],
  ...given,
});
const api = { name: "api", command: ["python", "-m", "exploreiot", "api"], publish: true };
const tls = { ca: "ca.pem" };

describe("a scale is refused that starves PostgreSQL", () => {
  // 256 MiB are 25 connections, of which 3 are kept; each container of the backend has 5.
  const roles = (replicas: number, given: object = {}) => ({
    backend: { roles: [api, ingest({ replicas, ...given })] },
  });

  test("with one container more than it has connections for", async () => {
    expect(parsed(roles(3)).programs).toHaveLength(4);
    expect(await refusal(roles(4))).toEqual([
      "  backend.roles.1.replicas: got 4; allowed: together at most 22 connections to PostgreSQL; ingest takes 20, all programs 25; fix: lower it, or DATABASE_POOL_SIZE of its environment, or raise postgres.limits.memoryMiB, of which each 10 MiB are a connection",
    ]);
  });

  test("but not with smaller pools or more memory, and earlier where backups are made", async () => {
    const small = { environment: { DATABASE_POOL_SIZE: "2" } };

    expect(parsed(roles(8, small)).programs).toHaveLength(4);
    expect(parsed({ ...roles(4), postgres: { limits: { memoryMiB: 280 } } }).programs).toHaveLength(4);
    expect(await refusal({ ...roles(3), backup: { enabled: true } })).toEqual([
      "  backend.roles.1.replicas: got 3; allowed: together at most 18 connections to PostgreSQL; ingest takes 15, all programs 20; fix: lower it, or DATABASE_POOL_SIZE of its environment, or raise postgres.limits.memoryMiB, of which each 10 MiB are a connection",
    ]);
  });

  test("by a pool alone, and where its operator counts connections", async () => {
    const environment = { DATABASE_POOL_SIZE: "15" };
    const outside = { host: "db.example.org", tls, maxConnections: 9 };
    const raise = "or raise postgres.limits.memoryMiB, of which each 10 MiB are a connection";

    // Where the site file says it, for all programs or for one.
    expect(await refusal({ backend: { environment } })).toEqual([
      `  backend.environment.DATABASE_POOL_SIZE: got 15; allowed: together at most 22 connections to PostgreSQL; api takes 15, all programs 30; fix: lower it (the backend's own is 5), ${raise}`,
    ]);
    expect(
      await refusal({ backend: { roles: [api, ingest({ environment: { DATABASE_POOL_SIZE: "18" } })] } }),
    ).toEqual([
      `  backend.roles.1.environment.DATABASE_POOL_SIZE: got 18; allowed: together at most 22 connections to PostgreSQL; ingest takes 18, all programs 23; fix: lower it (the backend's own is 5), ${raise}`,
    ]);
    const mine = {
      image: `example.org/mine@sha256:${"0".repeat(64)}`,
      database: "own",
      health: { process: "mine" },
    };
    expect(await refusal({ services: { mine: { ...mine, environment } } })).toEqual([
      `  services.mine.environment.DATABASE_POOL_SIZE: got 15; allowed: together at most 22 connections to PostgreSQL; mine takes 15, all programs 25; fix: lower it, ${raise}`,
    ]);
    // Where nobody says it, the place where all programs would have it.
    expect(await refusal({ postgres: { outside } })).toEqual([
      "  backend.environment.DATABASE_POOL_SIZE: got 5; allowed: together at most 9 connections to PostgreSQL; api takes 5, all programs 10; fix: lower it (the backend's own is 5), or have the server's operator allow more and write it as postgres.outside.maxConnections",
    ]);
    expect(parsed({ postgres: { outside: { ...outside, maxConnections: 10 } } }).programs).toHaveLength(4);
  });
});

describe("a scale is refused that corrupts", () => {
  test("two containers at the one port of the host", async () => {
    expect(await refusal({ backend: { roles: [{ ...api, replicas: 2 }, ingest()] } })).toEqual([
      "  backend.roles.0.replicas: got 2; allowed: 1 replica of the published role: one host port leads to one container; fix: set replicas to 1",
    ]);
  });

  test("replicas that have no Redis in which they count requests together", async () => {
    expect(await refusal({ redis: { enabled: false } })).toEqual([
      "  redis.enabled: got false; allowed: true, since the reference backend needs it; fix: turn redis on, turn the backend off, or name your own backend.image",
    ]);
  });

  test("two writers of one volume", async () => {
    const volumes = [{ name: "spool", path: "/spool", writer: "ingest" }];
    const at = (replicas: number) => ({ backend: { volumes, roles: [api, ingest({ replicas })] } });

    expect(parsed(at(1)).programs).toHaveLength(4);
    expect(await refusal(at(2))).toEqual([
      "  backend.roles.1.replicas: got 2; allowed: 1, since the role writes to the volume of backend.volumes.0, and one container at a time may; fix: set replicas to 1, or let another role write to it",
    ]);
  });

  test("two roles that take the same readings, unless they share them or have topics of their own", async () => {
    const two = (given: object, first: object = {}) => ({
      backend: { roles: [api, ingest(first), { ...ingest(given), name: "second" }] },
    });
    const group = { environment: { MQTT_SHARED_GROUP: "both" } };

    expect(await refusal(two({}))).toEqual([
      '  backend.roles.2: got "second"; allowed: one role that runs ingest for sensor/+: ingest has a session of its own there, so each reading would be stored twice; fix: set replicas of ingest in place of this role, or give each a MQTT_TOPIC of its own in environment',
    ]);
    expect(parsed(two(group, group)).programs).toHaveLength(5);
    expect(parsed(two({ environment: { MQTT_TOPIC: "hall/+" } })).programs).toHaveLength(5);
  });
});

describe("a scale is refused that shuts others out", () => {
  test("sockets that take every place at the edge", async () => {
    const server = { environment: "production", hosts: ["iot.example.org"], bind: "lan" };
    const sockets = (MAX_SOCKETS: string) => ({ ...server, backend: { environment: { MAX_SOCKETS } } });

    // 128 MiB are 1,024 connections.
    expect(parsed(sockets("974")).programs).toHaveLength(4);
    expect(await refusal(sockets("975"))).toEqual([
      '  backend.environment.MAX_SOCKETS: got "975"; allowed: at most 974: sockets stay open, and the edge would have no place left for anything else; fix: lower it (the backend\'s own is 500), or raise edge.limits.memoryMiB, of which each MiB is eight connections',
    ]);
  });

  test("sockets that take every file of the container", async () => {
    const sockets = (MAX_SOCKETS: string) => ({ backend: { environment: { MAX_SOCKETS } } });

    expect(parsed(sockets("16000")).programs).toHaveLength(4);
    expect(await refusal(sockets("16001"))).toEqual([
      '  backend.environment.MAX_SOCKETS: got "16001"; allowed: at most 16000: sockets stay open, and a container would have no place left for anything else; fix: lower it (the backend\'s own is 500)',
    ]);
  });
});
