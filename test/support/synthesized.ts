import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { App } from "../../constructs/cdktf.ts";
import { deploymentHome } from "../../core/home.ts";
import { SecretStore } from "../../core/secrets.ts";
import { readStack, type Stack } from "../../runners/stack.ts";
import { IotStack } from "../../stacks/iot-stack.ts";
import { certify } from "./certified.ts";

/** The attributes of a `docker_container` that tests look at, as they stand in the JSON. */
export interface RawContainer {
  readonly [attribute: string]: unknown;
  readonly name: string;
  readonly labels: readonly { readonly label: string; readonly value: string }[];
}

type Blocks<T> = Readonly<Record<string, T & { readonly "//"?: unknown }>>;

export interface RawStack {
  readonly resource: {
    readonly docker_container: Blocks<RawContainer>;
    readonly docker_network: Blocks<Record<string, unknown>>;
    readonly docker_volume: Blocks<{ readonly name: string; readonly lifecycle?: object }>;
    readonly docker_image: Blocks<Record<string, unknown>>;
  };
  readonly terraform: Record<string, unknown>;
}

/** A deployment with a home of its own, whose synthesis goes there too: one folder to remove. */
export class Sandbox {
  readonly name: string;
  readonly home: string;
  readonly secrets: SecretStore;
  readonly outdir: string;
  readonly folder: string;

  constructor(name = `t${randomBytes(6).toString("hex")}`) {
    this.name = name;
    this.home = deploymentHome(name);
    this.secrets = new SecretStore(this.home);
    this.outdir = join(this.home, "cdktf.out");
    this.folder = join(this.outdir, "stacks", name);
  }

  /**
   * Synthesizes `input` under this sandbox's name and returns the JSON's text.
   *
   * @param extend what somebody adds to the stack in a main.ts of their own
   */
  synthesize(input: Omit<DeploymentInput, "name"> = {}, extend?: (stack: IotStack) => void): string {
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
    const deployment = parseDeployment({ ...input, name: this.name }, "test");
    certify(deployment);
    const app = new App({ outdir: this.outdir });
    const stack = new IotStack(app, deployment, { judged: false });
    extend?.(stack);
    app.synth();
    return readFileSync(join(this.folder, "cdk.tf.json"), "utf8");
  }

  /** The JSON of a fresh synthesis. */
  json(input: Omit<DeploymentInput, "name"> = {}, extend?: (stack: IotStack) => void): RawStack {
    return JSON.parse(this.synthesize(input, extend)) as RawStack;
  }

  /** The last synthesis, as the runners read it. */
  stack(): Stack {
    return readStack(this.folder);
  }

  /** Every file that synthesis wrote, as one text. */
  synthesized(): string {
    return readdirSync(this.outdir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
  }

  /** Names of the secrets that exist by now. */
  secretNames(): readonly string[] {
    return readdirSync(join(this.home, "secrets"));
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

export const containersOf = ({ resource }: RawStack): readonly RawContainer[] =>
  Object.values(resource.docker_container).map(({ "//": _, ...container }) => container as RawContainer);

/** The value of a label, for example `role`. */
export const labelOf = ({ labels }: RawContainer, name: string): string | undefined =>
  labels.find(({ label }) => label === `exploreiot.${name}`)?.value;

/** Containers by role. */
export const byRole = (stack: RawStack): Readonly<Record<string, RawContainer>> =>
  Object.fromEntries(
    containersOf(stack).map((container) => [labelOf(container, "role") as string, container]),
  );

/** A deployment that uses every freedom of the configuration. */
export const custom: Omit<DeploymentInput, "name"> = {
  environment: "production",
  bind: "lan",
  hosts: ["iot.example.org"],
  listeners: { frontend: { port: 3100 }, backend: { port: 8100, bind: "192.0.2.7" }, mqtt: { port: 1983 } },
  networks: {
    edge: { ipv4: "172.30.1.0/24", ipv6: "fd00:30:1::/64" },
    broker: { ipv4: "172.30.2.0/24" },
    data: { ipv4: "172.30.3.0/24" },
  },
  http: { stripPrefix: true },
  mosquitto: { users: [{ name: "plant", publish: ["plant/#"] }] },
  backend: {
    image: "registry.example/app:1",
    user: "4000:4001",
    port: 9000,
    pathPrefix: "/api",
    healthPath: "/health",
    environment: { DB_HOST: "{postgres.host}", FORMAT: "$${x} %{{y} $z" },
    secrets: {
      DATABASE_URL: {
        value: "postgresql://{postgres.user}:{postgres.password}@{postgres.host}/{postgres.database}",
        as: "variable",
      },
      SESSION_KEY: { value: "{secret.session-key}" },
    },
    volumes: [{ name: "uploads", path: "/uploads" }],
    roles: [
      { name: "api", command: ["serve"], publish: true },
      {
        name: "worker",
        command: ["work"],
        replicas: 2,
        health: { command: ["sh", "-c", "check ${HOME}"] },
        environment: { DB_HOST: "none", ONLY: "here" },
        secrets: { QUEUE_KEY: { value: "{secret.queue-key}" } },
        limits: { memoryMiB: 64 },
        networks: ["data"],
      },
      { name: "beat", command: ["beat"], health: { path: "/beat" } },
    ],
    migrate: { command: ["migrate"] },
  },
  frontend: { image: "registry.example/web:1", volumes: [{ name: "cache", path: "/cache" }] },
};
