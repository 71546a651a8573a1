import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, publish } from "../support/e2e-broker.ts";
import { threeRoles } from "../support/example.ts";
import { inspectAll } from "../support/inspected.ts";

const runner = missing.terraform === undefined ? "terraform" : "compose";
const plant = new TestDeployment({
  ...threeRoles(),
  name: "e2e-plant",
  listeners: { frontend: { port: 23100 }, backend: { port: 28100 }, mqtt: { port: 21893 } },
});

describe.skipIf(missing[runner])(titled("the example of a foreign application", missing[runner]), () => {
  beforeAll(async () => {
    await plant.clear();
    await plant.up(runner);
  });
  afterAll(() => plant.wipe());

  test("runs its three roles after its migration", async () => {
    const roles = ["migrate", "web", "collector", "averager"];
    const states = await inspectAll(roles.map((role) => plant.container(role)));
    expect(states.map(({ State }) => State.Running)).toEqual([false, true, true, true]);
    expect(states[0]?.State.ExitCode).toBe(0);
    expect(states.map(({ HostConfig }) => Object.keys(HostConfig.PortBindings ?? {}))).toEqual([
      [],
      ["9000/tcp"],
      [],
      [],
    ]);
  });

  test("stores, averages and answers without the /api prefix", async () => {
    const oven = await connect(21893, { username: "oven", password: plant.secret("mqtt-oven-password") });
    expect(await publish(oven, "plant/oven/temperature", "180")).toBe("accepted");
    expect(await publish(oven, "plant/oven/temperature", "220")).toBe("accepted");
    await oven.endAsync();
    const answer = await until("the average", async () => {
      const body = (await (await fetch("http://127.0.0.1:28100/temperatures/oven")).json()) as {
        average: number;
      };
      return body.average === 200 && body;
    });
    expect(answer).toEqual({ celsius: [220, 180], average: 200 });
  });

  test("serves its own page", async () => {
    expect(await (await fetch("http://127.0.0.1:23100/index.html")).text()).toContain("<h1>Plant</h1>");
  });

  test("gives secrets as variables that only the program sees", async () => {
    const [web] = await inspectAll([plant.container("web")]);
    const names = (web?.Config.Env ?? []).map((entry) => entry.split("=")[0]);
    expect(names.toSorted()).toEqual([
      ...["KEY_PREFIX", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "SECRET_VARIABLES"],
    ]);
    const environment = await docker(
      ...["exec", plant.container("web"), "sh", "-c"],
      "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c ^DATABASE_URL=",
    );
    expect(environment).toBe("1");
  });

  test("uses its own database, each program as a user of its own with the rights that it needs", async () => {
    const query = (sql: string) =>
      docker(
        ...["exec", plant.container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
        ...["-d", "plant", "-qtAc", sql],
      );
    const powerful =
      "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'plant%' AND (rolsuper OR rolcreatedb OR rolcreaterole)";
    const rights =
      "SELECT grantee || ' ' || string_agg(privilege_type, ' ' ORDER BY privilege_type) FROM information_schema.role_table_grants WHERE table_name = 'temperature' AND grantee <> 'plant' GROUP BY grantee ORDER BY 1";
    const seen =
      "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'plant' AND client_addr IS NOT NULL";
    expect(await query(powerful)).toBe("0");
    expect((await query(rights)).split("\n")).toEqual([
      "plant_averager SELECT",
      "plant_collector INSERT SELECT",
      "plant_web SELECT",
    ]);
    expect((await query(seen)).split("\n").sort()).toEqual(["plant_averager", "plant_collector"]);
    expect(await query("SELECT count(*) FROM temperature")).toBe("2");
  });
});
