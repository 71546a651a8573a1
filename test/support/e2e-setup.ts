import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { aptInstall } from "../../cli/setup/apt.ts";
import { missingCompose } from "../../cli/setup/compose-plugin.ts";
import { installEngine, missingEngine } from "../../cli/setup/docker-engine.ts";
import { canInstall, thisMachine } from "../../cli/setup/machine.ts";
import { UserError } from "../../core/errors.ts";
import { run } from "../../runners/run.ts";
import type { Stack } from "../../runners/stack.ts";
import { terraformRunner } from "../../runners/terraform/terraform-runner.ts";
import { installPebble } from "./pebble-setup.ts";

/** Why something cannot be tested here; undefined where it can. */
export interface Missing {
  readonly docker: string | undefined;
  readonly terraform: string | undefined;
  readonly compose: string | undefined;
  readonly browser: string | undefined;

  /** The ACME server; needs Go. */
  readonly pebble: string | undefined;

  /** The program that judges systemd's units; nothing has to run under it. */
  readonly systemd: string | undefined;

  /** Network namespaces, and an engine of their own inside. */
  readonly namespaces: string | undefined;
}

declare module "vitest" {
  interface ProvidedContext {
    missing: Missing;
  }
}

const report = (line: string) => process.stderr.write(`· ${line}\n`);

/** Installs what the end-to-end tests need where that is possible, and ends the engine again if it started one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let pid: number | undefined;
  const docker = await reasonOf(async () => {
    const machine = thisMachine();
    const engine = await missingEngine(machine);
    if (engine !== undefined && engine.install === undefined)
      throw new UserError(engine.what, ...engine.remedy);
    if (engine !== undefined) pid = await installEngine(machine, report);
  });
  if (docker !== undefined && process.env.CI) throw new Error(`CI needs a Docker engine: ${docker}`);
  const tools =
    docker === undefined
      ? await installTools()
      : {
          terraform: docker,
          compose: docker,
          browser: docker,
          pebble: docker,
          systemd: docker,
          namespaces: docker,
        };
  project.provide("missing", { docker, ...tools });
  return async () => {
    if (pid !== undefined) await stop(pid);
  };
}

async function installTools(): Promise<Omit<Missing, "docker">> {
  await reasonOf(() => package_("/usr/bin/mmdebstrap", "mmdebstrap"));
  await reasonOf(() => package_("/usr/bin/docker-registry", "docker-registry"));
  await reasonOf(() => package_("/usr/sbin/sshd", "openssh-server"));
  await reasonOf(() => package_("/usr/bin/openssl", "openssl"));
  return {
    terraform: await terraformMissing(),
    compose: await reasonOf(async () => {
      const plugin = await missingCompose(trial(""), thisMachine());
      if (plugin !== undefined && plugin.install === undefined)
        throw new UserError(plugin.what, ...plugin.remedy);
      await plugin?.install?.(report);
    }),
    browser: await reasonOf(() => package_("/usr/bin/chromium", "chromium")),
    pebble: await reasonOf(() => installPebble(report)),
    systemd: await reasonOf(() => package_("/usr/bin/systemd-analyze", "systemd")),
    namespaces: await reasonOf(namespacesWork),
  };
}

async function namespacesWork(): Promise<void> {
  await package_("/usr/sbin/ip", "iproute2");
  await package_("/usr/sbin/nft", "nftables");
  await package_("/usr/bin/nmap", "nmap");
  await run(["dockerd", "--version"]);
  await run(["unshare", "--net", "true"]);
}

async function package_(path: string, name: string): Promise<void> {
  if (existsSync(path)) return;
  if (!canInstall(thisMachine())) throw new UserError(`${path} is not installed`);
  await aptInstall([name], `${path} is not there`, report);
}

async function reasonOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Why Terraform, or the program that takes its place, cannot be used: `init` is tried in a folder that holds nothing else. */
export async function terraformMissing(): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-init-"));
  mkdirSync(folder, { recursive: true });
  const docker = { source: "kreuzwerker/docker", version: "~> 4.5" };
  writeFileSync(
    join(folder, "cdk.tf.json"),
    JSON.stringify({ terraform: { required_providers: { docker } } }),
  );
  try {
    return await terraformRunner.unavailable(trial(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function trial(folder: string) {
  const stack = {
    name: "",
    folder,
    containers: [],
    networks: [],
    volumes: [],
    recipes: [],
    listeners: [],
    images: [],
    backend: "local",
    fingerprint: "",
  } satisfies Stack;
  return { stack, home: folder, report };
}

/** Ends the engine that this run started, and takes its bridge away; its containers stop with it. */
async function stop(pid: number): Promise<void> {
  await run(["kill", String(pid)], { expected: [0, 1] });
  await run(["timeout", "60", "tail", `--pid=${pid}`, "-f", "/dev/null"], { expected: [0, 124] });
  await run(["ip", "link", "delete", "docker0"], { expected: [0, 1] });
}
