import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { run } from "../../runners/run.ts";
import { terraformBinary } from "../../runners/terraform/terraform.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { StateServer } from "../support/state-server.ts";

const deployment = new TestDeployment({
  name: "e2e-render-state",
  listeners: { mqtt: { port: 25531 } },
  networks: { broker: { ipv4: "10.126.32.0/24" } },
  ...BROKER_ALONE,
});
const broker = deployment.container("mosquitto");
const PASSWORD = "e2e-state-password";

interface Case {
  readonly state: NonNullable<DeploymentInput["state"]>;
  readonly env: Record<string, string>;

  /** The state in the backend, as text. */
  readonly held: () => Promise<string>;
}

const server = new StateServer(25532, `terraform:${PASSWORD}`);
const database = "exploreiot-e2e-render-state-pg";
const moto = mkdtempSync(join(tmpdir(), "exploreiot-moto-"));
let s3: ChildProcess | undefined;

const psql = (text: string) => docker("exec", database, "psql", "-h", "/tmp", "-U", "postgres", "-Atc", text);

const cases: Record<string, Case> = {
  http: {
    state: { backend: "http", address: "http://127.0.0.1:25532/state" },
    env: { TF_HTTP_USERNAME: "terraform", TF_HTTP_PASSWORD: PASSWORD },
    held: async () => server.state,
  },
  pg: {
    state: { backend: "pg" },
    env: { PG_CONN_STR: `postgres://postgres:${PASSWORD}@127.0.0.1:25533/postgres?sslmode=disable` },
    held: () => psql("SELECT data FROM exploreiot_state.states"),
  },
  s3: {
    state: { backend: "s3", bucket: "states", endpoint: "http://127.0.0.1:25534" },
    env: { AWS_ACCESS_KEY_ID: "terraform", AWS_SECRET_ACCESS_KEY: PASSWORD },
    held: async () => {
      const pull = [terraformBinary(), `-chdir=${deployment.stack}`, "state", "pull"] as const;
      return (await run([...pull], { env: (cases.s3 as Case).env })).stdout;
    },
  },
};

const verb = (env: Record<string, string>, name: string, ...args: readonly string[]) =>
  kit([name, "--config", deployment.site, ...args, "--json"], { env });

describe.skipIf(missing.terraform)(titled("the state of a deployment", missing.terraform), () => {
  beforeAll(async () => {
    await deployment.remove();
    await Promise.all([server.start(), startDatabase(), startS3()]);
  });
  afterAll(async () => {
    if (s3 !== undefined) {
      const ended = once(s3, "exit");
      s3.kill();
      await ended;
    }
    rmSync(moto, { recursive: true, force: true });
    await docker("rm", "--force", "--volumes", database);
    await server.stop();
    deployment.configure({ state: { backend: "local" } });
    await deployment.forget();
  });

  test.each(Object.keys(cases))(
    "is kept by %s, without a credential in any file, and read back",
    async (name) => {
      const { state, env, held } = cases[name] as Case;
      deployment.configure({ state });
      // Terraform remembers the backend before, and would ask for a migration.
      rmSync(join(deployment.stack, ".terraform"), { recursive: true, force: true });
      const up = await verb(env, "up", "--runner", "terraform");
      expect({ code: up.code, stderr: up.code === 0 ? "" : up.stderr }).toEqual({ code: 0, stderr: "" });
      const kept = await held();
      const again = await verb(env, "up", "--runner", "terraform");
      const down = await verb(env, "down", "--delete-data", "--yes");

      expect(kept).toContain(broker);
      expect(kept).not.toContain(deployment.secret("mqtt-health-password"));
      expect([JSON.parse(again.stdout).changed, down.code]).toEqual([false, 0]);
      expect(readFileSync(join(deployment.stack, "cdk.tf.json"), "utf8")).not.toContain(PASSWORD);
      expect(existsSync(join(deployment.home, "terraform.tfstate"))).toBe(false);
      expect(await docker("ps", "--all", "--quiet", "--filter", `name=${broker}`)).toBe("");
    },
  );

  test("that another machine is changing refuses this one before anything is touched", async () => {
    const { state, env } = cases.http as Case;
    deployment.configure({ state });
    rmSync(join(deployment.stack, ".terraform"), { recursive: true, force: true });
    const info = {
      ID: "11111111-2222-3333-4444-555555555555",
      Operation: "OperationTypeApply",
      Who: "anna@office",
      Version: "1.11.4",
      Created: "2026-11-23T08:00:00Z",
      Info: "",
      Path: "",
    };
    server.lock = JSON.stringify(info);
    const { code, stderr } = await verb(env, "up", "--runner", "terraform");
    server.lock = undefined;

    expect(code).toBe(1);
    expect(stderr).toContain(`error: the state of ${deployment.name} is locked: another deploy is at work`);
    expect(stderr).toContain(`force-unlock ${info.ID}`);
    expect(await docker("ps", "--all", "--quiet", "--filter", `name=${broker}`)).toBe("");
  });

  test("lets one of two deploys work that start together, and refuses the other", async () => {
    const { state, env } = cases.http as Case;
    deployment.configure({ state });
    const both = await Promise.all([
      verb(env, "up", "--runner", "terraform"),
      verb(env, "up", "--runner", "terraform"),
    ]);
    const [refused] = both.filter(({ code }) => code !== 0);
    await verb(env, "down", "--delete-data", "--yes");

    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(refused?.stderr).toMatch(
      new RegExp(`error: another command is changing ${deployment.name} \\(pid \\d+ on `),
    );
  });

  test("that cannot be reached is said, and no other runner takes its place", async () => {
    deployment.configure({ state: (cases.http as Case).state });
    const { code, stderr } = await verb({ TF_HTTP_USERNAME: "nobody", TF_HTTP_PASSWORD: "x" }, "up");

    expect(code).toBe(1);
    expect(stderr).toMatch(/HTTP remote state endpoint requires auth|401|invalid auth/i);
    expect(stderr).not.toContain("runner: compose");
  });
});

/** PostgreSQL from the kit's own image, for this test alone. */
async function startDatabase(): Promise<void> {
  const images = await docker("images", "--format", "{{.Repository}}:{{.Tag}}", "exploreiot/postgres");
  const image = images.split("\n")[0] || (await builtPostgres());
  const script = [
    `echo ${PASSWORD} >/tmp/password`,
    "initdb -D /tmp/data -U postgres --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust >/dev/null",
    "echo 'host all all all scram-sha-256' >>/tmp/data/pg_hba.conf",
    "exec postgres -D /tmp/data -c listen_addresses='*' -c unix_socket_directories=/tmp",
  ].join("\n");
  // The official image, where it was pulled, starts as root.
  const options = ["--detach", "--name", database, "--user", "999:999", "--entrypoint", "sh"];
  await run(["docker", "rm", "--force", "--volumes", database], { expected: [0, 1] });
  await docker(
    "run",
    ...options,
    "--publish",
    "127.0.0.1:25533:5432",
    "--tmpfs",
    "/tmp:mode=1777",
    image,
    "-euc",
    script,
  );
  await until(
    "the database",
    async () =>
      (
        await run(["docker", "exec", database, "pg_isready", "-h", "127.0.0.1", "-q"], {
          expected: [0, 1, 2, 3],
        })
      ).code === 0,
    30_000,
  );
}

async function builtPostgres(): Promise<string> {
  const { stdout } = await kit(["images", "--config", "local", "--json"]);
  const images = JSON.parse(stdout) as readonly { readonly tag: string }[];
  return images.find(({ tag }) => tag.startsWith("exploreiot/postgres:"))?.tag as string;
}

/** An S3 server from PyPI, in an environment of its own. */
async function startS3(): Promise<void> {
  await run(["python3", "-m", "venv", join(moto, "venv")]);
  await run([join(moto, "venv/bin/pip"), "install", "--quiet", "moto[s3,server]"]);
  s3 = spawn(join(moto, "venv/bin/moto_server"), ["-H", "127.0.0.1", "-p", "25534"], { stdio: "ignore" });
  const bucket = "http://127.0.0.1:25534/states";
  await until(
    "the bucket",
    async () => (await fetch(bucket, { method: "PUT" }).catch(() => undefined))?.ok,
    30_000,
  );
}
