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
import { S3_KEY, S3_SERVER } from "../support/e2e-target.ts";
import { StateServer } from "../support/state-server.ts";

/** One for each backend, so that they are at work at the same time. */
const deploymentOf = (backend: string, port: number, ipv4: string) =>
  new TestDeployment({
    name: `e2e-state-${backend}`,
    listeners: { mqtt: { port } },
    networks: { broker: { ipv4 } },
    ...BROKER_ALONE,
  });
const deployment = deploymentOf("http", 25531, "10.126.32.0/24");
const broker = deployment.container("mosquitto");
const PASSWORD = "e2e-state-password";
const reason = missing.terraform;
/** They slow each other on a busy machine. */
const LONG = { timeout: 300_000 };

interface Case {
  readonly deployment: TestDeployment;
  readonly state: NonNullable<DeploymentInput["state"]>;
  readonly env: Record<string, string>;

  /** The state in the backend, as text. */
  readonly held: () => Promise<string>;
}

const server = new StateServer(25532, `terraform:${PASSWORD}`);
const database = "exploreiot-e2e-state-database";
const s3Folder = mkdtempSync(join(tmpdir(), "exploreiot-s3-"));
let s3: ChildProcess | undefined;

const psql = (text: string) => docker("exec", database, "psql", "-h", "/tmp", "-U", "postgres", "-Atc", text);

const cases: Record<"http" | "pg" | "s3", Case> = {
  http: {
    deployment,
    state: { backend: "http", address: "http://127.0.0.1:25532/state" },
    env: { TF_HTTP_USERNAME: "terraform", TF_HTTP_PASSWORD: PASSWORD },
    held: async () => server.state,
  },
  pg: {
    deployment: deploymentOf("pg", 25535, "10.126.33.0/24"),
    state: { backend: "pg" },
    env: { PG_CONN_STR: `postgres://postgres:${PASSWORD}@127.0.0.1:25533/postgres?sslmode=disable` },
    held: () => psql("SELECT data FROM exploreiot_state.states"),
  },
  s3: {
    deployment: deploymentOf("s3", 25536, "10.126.34.0/24"),
    state: { backend: "s3", bucket: "states", endpoint: "http://127.0.0.1:25534" },
    env: { AWS_ACCESS_KEY_ID: S3_KEY, AWS_SECRET_ACCESS_KEY: PASSWORD },
    held: async () => {
      const pull = [terraformBinary(), `-chdir=${cases.s3.deployment.stack}`, "state", "pull"] as const;
      return (await run([...pull], { env: cases.s3.env })).stdout;
    },
  },
};

const verb = (env: Record<string, string>, name: string, ...args: readonly string[]) =>
  verbOf(deployment, env, name, ...args);

const verbOf = (of: TestDeployment, env: Record<string, string>, name: string, ...args: readonly string[]) =>
  kit([name, "--config", of.site, ...args, "--json"], { env });

describe.skipIf(reason).concurrent(titled("the state of a deployment", reason), LONG, () => {
  beforeAll(async () => {
    await Promise.all([...Object.values(cases).map(({ deployment }) => deployment.clear()), server.start()]);
  });
  afterAll(async () => {
    if (s3 !== undefined) {
      const ended = once(s3, "exit");
      s3.kill();
      await ended;
    }
    rmSync(s3Folder, { recursive: true, force: true });
    await docker("rm", "--force", "--volumes", database);
    await server.stop();
    await Promise.all(Object.values(cases).map(({ deployment }) => deployment.wipe()));
  });

  async function isKept({ deployment, state, env, held }: Case): Promise<void> {
    const broker = deployment.container("mosquitto");
    deployment.configure({ state });
    // Terraform remembers the backend before, and would ask for a migration.
    rmSync(join(deployment.stack, ".terraform"), { recursive: true, force: true });
    const up = await verbOf(deployment, env, "up", "--runner", "terraform");
    expect({ code: up.code, stderr: up.code === 0 ? "" : up.stderr }).toEqual({ code: 0, stderr: "" });
    const kept = await held();
    const again = await verbOf(deployment, env, "up", "--runner", "terraform");
    const down = await verbOf(deployment, env, "down", "--delete-data", "--yes");

    expect(kept).toContain(broker);
    expect(kept).not.toContain(deployment.secret("mqtt-health-password"));
    expect([JSON.parse(again.stdout).changed, down.code]).toEqual([false, 0]);
    expect(readFileSync(join(deployment.stack, "cdk.tf.json"), "utf8")).not.toContain(PASSWORD);
    expect(existsSync(join(deployment.home, "terraform.tfstate"))).toBe(false);
    expect(await docker("ps", "--all", "--quiet", "--filter", `name=${broker}`)).toBe("");
  }

  test("is kept by s3, without a credential in any file, and read back", async () => {
    await startS3();
    await isKept(cases.s3);
  });

  test("is kept by pg, without a credential in any file, and read back", async () => {
    await startDatabase();
    await isKept(cases.pg);
  });

  describe.concurrent("kept by a server of HTTP", () => {
    test.sequential("is kept, without a credential in any file, and read back", () => isKept(cases.http));

    test.sequential("that another machine is changing refuses this one before anything is touched", async () => {
      const { state, env } = cases.http;
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

    test.sequential("refuses another deploy while one is at work", async () => {
      const { state, env } = cases.http;
      deployment.configure({ state });
      const { asked, release } = server.holdLock();
      const first = verb(env, "up", "--runner", "terraform");
      await Promise.race([asked, first]);
      const second = await verb(env, "up", "--runner", "terraform");
      release();
      const { code } = await first;
      await verb(env, "down", "--delete-data", "--yes");

      expect([code, second.code]).toEqual([0, 1]);
      expect(second.stderr).toMatch(
        new RegExp(`error: another command is changing ${deployment.name} \\(pid \\d+ on `),
      );
    });

    test.sequential("that cannot be reached is said, and no other runner takes its place", async () => {
      deployment.configure({ state: cases.http.state });
      const { code, stderr } = await verb({ TF_HTTP_USERNAME: "nobody", TF_HTTP_PASSWORD: "x" }, "up");

      expect(code).toBe(1);
      expect(stderr).toMatch(/HTTP remote state endpoint requires auth|401|invalid auth/i);
      expect(stderr).not.toContain("runner: compose");
    });
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
  );
}

async function builtPostgres(): Promise<string> {
  const { stdout } = await kit(["images", "--config", "local", "--json"]);
  const images = JSON.parse(stdout) as readonly { readonly tag: string }[];
  return images.find(({ tag }) => tag.startsWith("exploreiot/postgres:"))?.tag as string;
}

async function startS3(): Promise<void> {
  await run(["npm", "install", "--no-audit", "--no-fund", "--prefix", s3Folder, S3_SERVER]);
  const program = join(s3Folder, "node_modules/s3rver/bin/s3rver.js");
  const place = ["--directory", join(s3Folder, "data"), "--address", "127.0.0.1", "--port", "25534"];
  s3 = spawn(process.execPath, [program, ...place, "--configure-bucket", "states"], { stdio: "ignore" });
  await until("the bucket", () =>
    fetch("http://127.0.0.1:25534/states").then(
      () => true,
      () => false,
    ),
  );
}
