import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { App } from "../../constructs/cdktf.ts";
import { writeRotation } from "../../core/rotation-state.ts";
import { readersOfSecrets } from "../../runners/secrets/readers.ts";
import { addDeployment } from "../../stacks/add-deployment.ts";
import { IotStack } from "../../stacks/iot-stack.ts";
import { errorText } from "../support/error-text.ts";
import { byRole, labelOf, Sandbox } from "../support/synthesized.ts";

const made: Sandbox[] = [];
const sandbox = () => {
  const box = new Sandbox();
  made.push(box);
  return box;
};
afterAll(() => {
  for (const box of made) box.remove();
});

const appIn = ({ outdir }: Sandbox) => {
  mkdirSync(outdir, { recursive: true, mode: 0o700 });
  return new App({ outdir });
};

const VALUE = "a-value-from-elsewhere";
const elsewhere = (name: string, secret: string, script = `console.log("${VALUE}")`) =>
  parseDeployment({ name, secrets: { [secret]: { command: [process.execPath, "-e", script] } } }, "test");

test("a secret from elsewhere is delivered like any other, and its value is in no JSON", async () => {
  const box = sandbox();
  const app = appIn(box);
  await addDeployment(app, elsewhere(box.name, "backend-api-key"));
  app.synth();

  expect(readFileSync(join(box.home, "secrets", "backend-api-key"), "utf8")).toBe(VALUE);
  expect(readersOfSecrets(box.stack()).get("backend-api-key")).toEqual(["api"]);
  expect(box.synthesized()).not.toContain(VALUE);
});

test("what opens a backup's server may be short, or have several lines", async () => {
  const box = sandbox();
  const app = appIn(box);
  const says = (text: string) => ({
    command: [process.execPath, "-e", `console.log(${JSON.stringify(text)})`] as [string, ...string[]],
  });
  const input = {
    name: box.name,
    secrets: { "own-ssh-key": says("one line\nanother one"), "own-ssh-hosts": says("short") },
    backup: {
      enabled: true,
      repository: "sftp:iot@backups.example.org:/iot",
      credentials: { SSH_PRIVATE_KEY: "ssh-key", SSH_KNOWN_HOSTS: "ssh-hosts" },
    },
  };
  await addDeployment(app, parseDeployment(input, "test"));
  app.synth();

  const kept = (name: string) => readFileSync(join(box.home, "secrets", name), "utf8");
  expect([kept("own-ssh-key"), kept("own-ssh-hosts")]).toEqual(["one line\nanother one", "short"]);
});

test("a name that no program reads is refused, with the one that was meant", async () => {
  const box = sandbox();
  const app = appIn(box);
  await addDeployment(app, elsewhere(box.name, "backend-api-kye"));

  const told = await errorText(() => app.synth());
  expect(told).toContain(`secrets.backend-api-kye: got "command ${process.execPath}"`);
  expect(told).toContain(
    "allowed: a secret of this deployment: backend-api-key, backend-api-key-former, hash-key,",
  );
  expect(told).toMatch(/fix: did you mean backend-api-key\?$/);
});

test("a stack whose secrets were not taken makes none in their place, and who only looks takes none", async () => {
  const box = sandbox();
  const app = appIn(box);

  expect(await errorText(() => new IotStack(app, elsewhere(box.name, "backend-api-key")))).toBe(
    "secrets.backend-api-key: comes from elsewhere, and its value was not taken over\n  → make the stack with `await addDeployment(app, deployment)`, which takes it",
  );
  const marker = join(box.home, "asked");
  const asks = elsewhere(box.name, "backend-api-key", `require("fs").writeFileSync("${marker}", "")`);
  await addDeployment(appIn(box), asks, { onlyLooks: true });
  expect(existsSync(marker)).toBe(false);
});

test("every reader of a secret is known, and the services that a key of hashes replaces", () => {
  const box = sandbox();
  box.synthesize({ mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] } });

  expect(Object.fromEntries(readersOfSecrets(box.stack()))).toEqual({
    "backend-api-key": ["api"],
    "backend-api-key-former": ["api"],
    "hash-key": ["api", "frontend", "ingest", "mosquitto", "postgres", "redis"],
    "mqtt-backend-password": ["ingest", "mosquitto"],
    "mqtt-health-password": ["mosquitto"],
    "mqtt-sensor-password": ["mosquitto"],
    "mqtt-sensor-password-former": ["mosquitto"],
    "postgres-superuser-password": ["postgres"],
    "redis-health-password": ["redis"],
    "role-api-postgres-password": ["api", "postgres"],
    "role-api-redis-password": ["api", "redis"],
    "role-ingest-postgres-password": ["ingest", "postgres"],
    "role-ingest-redis-password": ["ingest", "redis"],
    "role-migrate-postgres-password": ["migrate", "postgres"],
  });
});

test("what delivers a rotated file says by which rotation, and nothing else does", () => {
  const box = sandbox();
  const input: Parameters<Sandbox["json"]>[0] = {
    ...{ environment: "production", hosts: ["localhost"], listeners: { mqtts: {} } },
  };
  const labels = () =>
    Object.fromEntries(
      Object.entries(byRole(box.json(input))).flatMap(([role, container]) => {
        const rotation = labelOf(container, "rotation");
        return rotation === undefined ? [] : [[role, rotation]];
      }),
    );
  expect(labels()).toEqual({});

  const changedIn = { "role-api-postgres-password": 3, "backend-api-key": 4, "server-ca": 5 };
  writeRotation(box.home, { rotations: 5, changing: [], bothAccepted: {}, changedIn });

  expect(labels()).toEqual({ "api-files": "4", "postgres-files": "3", "certificates-files": "5" });
});
