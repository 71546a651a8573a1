import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** Files that are made on this machine, and those that the checks below do not read. */
const LEFT_OUT =
  /^(\.git|\.exploreiot|node_modules|dist|lib|cdktf\.out|bench|apps\/\w+\/(node_modules|\.next)|test\/e2e)$/;

const DEFINITION = `import { z } from "zod";
import { enabled, limits, timing } from "../../site/fields.ts";
import { defineService } from "../definition.ts";

export const COUNTER_PORT = 7000;

/** Counts. */
export const counter = defineService({
  name: "counter",
  settings: z
    .strictObject({ enabled: enabled.default(false), limits: limits(32, 0.5, 16), health: timing })
    .prefault({})
    .describe("what counts"),
  listeners: {
    counter: { port: 7000, serves: "counts in clear text", openIn: "local", tls: false },
  },
  references: () => ({ host: "counter", port: String(COUNTER_PORT) }),
  needs: ["redis"],
  isServed: ({ enabled }) => enabled,
});
`;

const CONSTRUCT = `import { Construct, type IConstruct } from "constructs";
import { commandProbe } from "../../constructs/probes.ts";
import { ServiceContainer } from "../../constructs/service-container.ts";
import type { ServiceScope } from "../service-scope.ts";
import { COUNTER_PORT } from "./definition.ts";

export interface CounterProps {
  readonly context: ServiceScope;
  readonly after: readonly IConstruct[];
}

/** Counts. */
export class Counter extends Construct {
  constructor(scope: Construct, id: string, { context, after }: CounterProps) {
    super(scope, id);
    const { limits, health } = context.deployment.counter;
    new ServiceContainer(this, "Service", {
      context,
      role: "counter",
      alias: "counter",
      kind: "counter",
      image: context.images.kit("redis"),
      user: "998:998",
      limits,
      limitsAt: "counter.limits",
      health,
      networks: [context.network("edge"), context.network("data")],
      after,
      command: ["valkey-server", "--port", String(COUNTER_PORT), "--save", ""],
      probe: commandProbe(["bash", "-c", \`exec 3<>/dev/tcp/127.0.0.1/\${COUNTER_PORT}\`]),
      published: [{ listener: "counter", internal: COUNTER_PORT }],
    });
  }
}
`;

/** A checkout of this kit as it is now. */
function checkout(): string {
  const folder = temporaryFolder();
  cpSync(projectRoot, folder, {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(relative(projectRoot, source)),
  });
  symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  return folder;
}

function replace(file: string, ...changes: readonly (readonly [string, string])[]): void {
  let text = readFileSync(file, "utf8");
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  writeFileSync(file, text);
}

/** The steps of services/README.md: two files of its own, and a line in each of two lists. */
function addCounter(folder: string): void {
  write(folder, "services/counter/definition.ts", DEFINITION);
  write(folder, "services/counter/counter.ts", CONSTRUCT);
  replace(
    join(folder, "services/registry.ts"),
    ["import { edge } from", 'import { counter } from "./counter/definition.ts";\nimport { edge } from'],
    ["redis, backup }", "redis, backup, counter }"],
  );
  replace(
    join(folder, "services/makers.ts"),
    ["import { Edge } from", 'import { Counter } from "./counter/counter.ts";\nimport { Edge } from'],
    [
      "  edge: (scope,",
      `  counter: (scope, { context, up }) =>
    new Counter(scope, "Counter", { context, after: definitions.counter.needs.flatMap(up) }),

  edge: (scope,`,
    ],
  );
}

const SITE = (environment: string) => `name: ${environment}
environment: ${environment}
hosts: [iot.example.org]
counter: { enabled: true }
backend:
  image: registry.example/app@sha256:${"a".repeat(64)}
  environment: { COUNTER: "{counter.host}:{counter.port}", TRUSTED_PROXIES: "{edge.address}" }
  secrets: { API_KEY: { value: "{backend.apiKey}" } }
frontend: { enabled: false }
`;

test("a service is added by the steps of services/README.md, and everything knows it", {
  timeout: 300_000,
}, async () => {
  const folder = checkout();
  addCounter(folder);
  const npx = (...args: readonly string[]) =>
    run(["npx", "--no-install", ...args] as const, { cwd: folder, expected: [0, 1] });

  const types = await npx("tsc", "--noEmit");
  expect([types.code, types.stdout]).toEqual([0, ""]);
  // The schema for editors and the page of settings are made again, as config/README.md says.
  await run(
    [
      ...(["npx", "--no-install", "vitest", "run", "--project", "unit"] as const),
      ...["test/config/site-schema.test.ts", "test/config/document.test.ts"],
    ],
    {
      cwd: folder,
      env: { UPDATE_SCHEMA: "1", UPDATE_DOCS: "1" },
      expected: [0, 1],
    },
  );
  // Not test/core: what is below the services knows none.
  const { stdout } = await npx(
    ...["vitest", "run", "--project", "unit", "--project", "unit-policies", "--reporter=json"],
    ...["test/architecture.test.ts", "test/config", "test/services/ports.test.ts", "test/stacks"],
    "test/policies/index.test.ts",
  );
  const { testResults } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
    readonly testResults: readonly {
      readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
    }[];
  };
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "failed")
    .map(({ fullName }) => fullName);
  expect(failed).toEqual([]);

  for (const [environment, ports] of [
    ["local", ["127.0.0.1:7000", "127.0.0.1:8000"]],
    ["production", []],
  ] as const) {
    const site = write(folder, `${environment}.yaml`, SITE(environment));
    const synth = await run([process.execPath, join(folder, "bin/exploreiot.js"), "synth", "-c", site], {
      cwd: folder,
      expected: [0, 1],
    });
    expect(synth.code === 0 ? "" : synth.stderr).toBe("");
    const json = JSON.parse(
      readFileSync(join(folder, "cdktf.out/stacks", environment, "cdk.tf.json"), "utf8"),
    ) as { readonly resource: { readonly docker_container: Readonly<Record<string, Container>> } };
    const containers = Object.values(json.resource.docker_container);
    const api = containers.find(({ name }) => name === `exploreiot-${environment}-api`);
    expect(api?.env).toContain("COUNTER=counter:7000");
    expect(
      containers
        .flatMap((container) => container.ports ?? [])
        .map(({ ip, external }) => `${ip}:${external}`)
        .filter((port) => !port.endsWith(":1883") && !port.endsWith("443") && !port.endsWith(":8883"))
        .sort(),
    ).toEqual(ports);
    expect(containers.map(({ name }) => name)).toContain(`exploreiot-${environment}-counter`);
  }
});

interface Container {
  readonly name: string;
  readonly env?: readonly string[];
  readonly ports?: readonly { readonly ip: string; readonly external: number }[];
}
