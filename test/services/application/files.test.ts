import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { local } from "../../../config/local.ts";
import { custom, Sandbox } from "../../support/synthesized.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const sandbox = new Sandbox();
let wrapper: string;

beforeAll(() => {
  sandbox.synthesize(custom);
  const delivery = sandbox.stack().containers.find(({ name }) => name.endsWith("-beat-files"));
  const upload = delivery?.uploads.find(({ file }) => file.endsWith("/with-secrets.sh"));
  wrapper = (upload as { content: string }).content;
});
afterAll(() => sandbox.remove());

describe("the wrapper for images that know no secret files", () => {
  const run = async (secrets: Readonly<Record<string, string>>, command: readonly string[]) => {
    const folder = temporaryFolder();
    for (const [name, value] of Object.entries(secrets)) write(folder, name, value);
    const script = write(folder, "with-secrets.sh", wrapper.replaceAll("/run/exploreiot", folder));
    const env = { PATH: process.env.PATH, SECRET_VARIABLES: "ONE TWO", PLAIN: "kept" };
    return (await promisify(execFile)("/bin/sh", [script, ...command], { env })).stdout;
  };

  test("exports each secret, no matter which characters it has, and nothing of its own", async () => {
    const secrets = { ONE: "a b'\"$HOME`id`\\", TWO: "postgresql://u:p@h/d?x=1&y" };
    const print = "console.log(JSON.stringify(process.env))";
    const { PATH, PWD, OLDPWD, SHLVL, _, ...seen } = JSON.parse(
      await run(secrets, [process.execPath, "-e", print]),
    );

    expect(seen).toEqual({ ...secrets, PLAIN: "kept" });
  });

  test("becomes the program, with its arguments as they are", async () => {
    const print = "console.log(JSON.stringify(process.argv.slice(1)))";
    const args = ["a b", "", "$HOME", "--", "x'y"];

    expect(
      JSON.parse(await run({ ONE: "1", TWO: "2" }, [process.execPath, "-e", print, "--", ...args])),
    ).toEqual(args);
  });

  test("starts nothing when a secret is missing", async () => {
    await expect(run({ ONE: "1" }, ["echo", "started"])).rejects.toMatchObject({ stdout: "" });
  });
});

/** Role to the files that its own volume gets, each with where it comes from. */
function delivered(
  input: Parameters<Sandbox["synthesize"]>[0],
  ...of: readonly string[]
): Record<string, Record<string, string>> {
  const made = new Sandbox();
  onTestFinished(() => made.remove());
  made.synthesize(input);
  const deliveries = made
    .stack()
    .containers.filter(({ labels }) => of.some((role) => labels["exploreiot.role"] === `${role}-files`));
  return Object.fromEntries(
    deliveries.map(({ labels, uploads }) => [
      labels["exploreiot.role"],
      Object.fromEntries(
        uploads.map((upload) => [
          upload.file.replace("/incoming/", ""),
          "source" in upload ? upload.source.replace("../../../", "") : "public",
        ]),
      ),
    ]),
  );
}

test("each program of the reference application is given its own secrets and no other's", () => {
  expect(delivered(local, "api", "ingest", "migrate", "frontend", "postgres")).toEqual({
    "api-files": {
      API_KEY: "secrets/backend-api-key",
      API_KEY_FORMER: "secrets/backend-api-key-former",
      DATABASE_PASSWORD: "secrets/role-api-postgres-password",
      REDIS_PASSWORD: "secrets/role-api-redis-password",
      "sensors.json": "public",
    },
    "ingest-files": {
      DATABASE_PASSWORD: "secrets/role-ingest-postgres-password",
      MQTT_PASSWORD: "secrets/mqtt-backend-password",
      REDIS_PASSWORD: "secrets/role-ingest-redis-password",
      "sensors.json": "public",
    },
    "migrate-files": { DATABASE_PASSWORD: "secrets/role-migrate-postgres-password" },
    "postgres-files": {
      "entrypoint.sh": "public",
      "measure.sh": "public",
      "pg_hba.conf": "public",
      "postgresql.conf": "public",
      "roles/api.password": "secrets/role-api-postgres-password",
      "roles/ingest.password": "secrets/role-ingest-postgres-password",
      "roles/migrate.password": "secrets/role-migrate-postgres-password",
      "start/roles.sql": "public",
      "superuser.password": "secrets/postgres-superuser-password",
    },
  });
});

test("a secret that stands alone is delivered from the store itself, a composed one from a file of the role's own", () => {
  const shared = (role: string) => ({
    DATABASE_URL: `files/${role}/DATABASE_URL`,
    SESSION_KEY: "secrets/own-session-key",
    "with-secrets.sh": "public",
  });

  expect(delivered(custom, "api", "worker", "beat", "migrate")).toEqual({
    "api-files": shared("api"),
    "worker-files": { ...shared("worker"), QUEUE_KEY: "secrets/own-queue-key" },
    "beat-files": shared("beat"),
    "migrate-files": shared("migrate"),
  });
});

test("the certificate that PostgreSQL is checked by goes to the roles that log in there", () => {
  const input = {
    postgres: { tls: true },
    backend: {
      image: "registry.example/app:1",
      secrets: { KEY: { value: "{secret.key}" } },
      roles: [{ name: "api", secrets: { DB: { value: "x:{postgres.password}" } } }, { name: "other" }],
    },
  };

  expect(delivered(input, "api", "other")).toEqual({
    "api-files": {
      ...{ DB: "files/api/DB", KEY: "secrets/own-key" },
      "database-ca.crt": "pki/postgres-authority/ca.crt",
    },
    "other-files": { KEY: "secrets/own-key" },
  });
});

describe("what stands for a reference", () => {
  const filling = new Sandbox();
  afterAll(() => filling.remove());

  test("is filled into build arguments, and its braces for text stay text", () => {
    const args = {
      BASE: "{exploreiot/base}",
      URL: "{backend.publicUrl}/",
      NAME: "{{deployment.name}",
      DATA: '{"a":1}',
    };
    filling.synthesize({ frontend: { build: { context: "examples/three-roles/frontend", args } } });
    const { recipes } = filling.stack();
    const base = recipes.find(({ context }) => context === "images/base");
    const own = recipes.find(({ context }) => context === "examples/three-roles/frontend");

    expect({ buildArgs: own?.buildArgs, parents: own?.parents }).toEqual({
      buildArgs: { BASE: base?.tag, URL: "http://{host}:8000/", NAME: "{deployment.name}", DATA: '{"a":1}' },
      parents: [base?.tag],
    });
  });
});
