import { expect, test } from "vitest";
import { passwordsAreNotKnownToAll } from "../../../policies/secrets/passwords-are-not-known-to-all.ts";
import { judges, reportOf } from "../judging.ts";
import { alone } from "../servers.ts";

const known = (place: string) => `${place} is a password that everybody knows`;

judges(passwordsAreNotKnownToAll, "SEC-008", {
  rejects: [
    {
      name: "passwords of examples wherever a container has them",
      given: {
        env: ["POSTGRES_PASSWORD=postgres", "URL=amqp://guest:guest@mq"],
        command: ["--requirepass=foobared", "--admin-password=admin123"],
        labels: [{ label: "db.password", value: "changeme" }],
        upload: [
          { file: "/run/api.token", content: "secret\n" },
          { file: "/app.ini", content: "[smtp]\npassword = change_me" },
        ],
      },
      evidence: [
        { severity: "high", text: known("POSTGRES_PASSWORD") },
        { severity: "high", text: known("the password in URL") },
        { severity: "high", text: known("admin-password in command[1]") },
        { severity: "high", text: known("label db.password") },
        { severity: "high", text: known('"/run/api.token"') },
        { severity: "high", text: known('password in "/app.ini"') },
      ],
    },
    {
      name: "one of a service that other machines reach",
      given: { env: ["ADMIN_PASSWORD=admin"], ports: { internal: 80, external: 80 } },
      evidence: [known("ADMIN_PASSWORD")],
    },
    {
      name: "one in redis.conf",
      type: "file/redis.conf",
      given: alone("redis.conf", ["requirepass foobared"]),
      evidence: [known('requirepass in "/etc/server/redis.conf"')],
    },
    {
      name: "one in mosquitto.conf",
      type: "file/mosquitto.conf",
      given: alone("mosquitto.conf", ["remote_password mosquitto"]),
      evidence: [known('remote_password in "/etc/server/mosquitto.conf"')],
    },
    {
      name: "one in a script",
      type: "file/sql",
      given: alone("a.sql", ["CREATE ROLE a PASSWORD 'exploreiot_pg';"]),
      evidence: [known("the password in line 1")],
    },
    {
      name: "one in a secret of the swarm",
      type: "docker_secret",
      given: { data: btoa("admin\n") },
      evidence: [known("data")],
    },
    {
      name: "one of a service",
      type: "docker_service",
      given: { task_spec: { container_spec: { image: "a", env: { MQTT_PASSWORD: "exploreiot_mqtt" } } } },
      evidence: [{ severity: "high", text: known("MQTT_PASSWORD") }],
    },
  ],
  accepts: [
    {
      name: "generated ones, and files",
      given: { env: ["A_PASSWORD=9hXq-1VdQpz0", "B_PASSWORD_FILE=/run/secrets/password"] },
    },
    {
      name: "a variable of psql",
      type: "file/sql",
      given: alone("a.sql", ["CREATE ROLE a PASSWORD :'password';"]),
    },
  ],
});

test("a variable with a known default is found by its name", () => {
  const json = { variable: { db_password: { default: "postgres" }, region: { default: "default" } } };

  expect(
    reportOf(passwordsAreNotKnownToAll, json).findings.map(({ path, evidence }) => `${path}: ${evidence}`),
  ).toEqual([`stack/variable.db_password: ${known("default")}`]);
});
