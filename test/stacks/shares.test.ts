import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { sharesOf } from "../../stacks/shares.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const names = (count: number) => Array.from({ length: count }, (_, at) => `s${100 + at}`);

describe("deployments are shared out", () => {
  test.each([
    { count: 99, processors: 8, sizes: [99] },
    { count: 100, processors: 8, sizes: [50, 50] },
    { count: 1001, processors: 2, sizes: [501, 500] },
    { count: 1000, processors: 64, sizes: [250, 250, 250, 250] },
    { count: 1000, processors: 1, sizes: [1000] },
    { count: 0, processors: 8, sizes: [0] },
  ])("$count among $processors processors", ({ count, processors, sizes }) => {
    const shares = sharesOf(names(count), processors);

    expect(shares.map(({ length }) => length)).toEqual(sizes);
    expect(shares.flat()).toEqual(names(count));
  });
});

const OFF = ["backend", "frontend", "postgres", "redis"]
  .map((name) => `${name}: { enabled: false }\n`)
  .join("");

/**
 * A hundred sites with a broker and nothing else; the rules of the first and the last say which thread loads them.
 *
 * @param loaded what a thread does that loads the rules
 */
function sites(loaded = ""): string {
  const folder = temporaryFolder();
  write(
    folder,
    "rules/thread.js",
    `import { appendFileSync } from "node:fs";
import { threadId } from "node:worker_threads";
appendFileSync(process.env.THREADS, threadId + "\\n");
${loaded}
export const calm = { id: "OWN-001", severity: "high", title: "calm", allowed: "all", fix: "none", source: "here",
  looksAt: ["docker_container"], enforcedIn: ["production"], check: () => [{ at: "name", found: "a name" }] };`,
  );
  for (const name of names(100)) {
    const rules = ["s100", "s199"].includes(name) ? "policies: { rules: ../rules }\n" : "";
    write(
      folder,
      `sites/${name}.yaml`,
      `name: ${name}\nengine: { host: "ssh://ops@${name}.example.org" }\n${OFF}${rules}`,
    );
  }
  return folder;
}

const synth = (folder: string, config: string, out: string, expected = 0, env: NodeJS.ProcessEnv = {}) =>
  run([process.execPath, join(projectRoot, "bin", "synth.js")], {
    cwd: projectRoot,
    env: {
      ...env,
      EXPLOREIOT_HOME: folder,
      EXPLOREIOT_CONFIG: join(folder, config),
      CDKTF_OUTDIR: join(folder, out),
      THREADS: join(folder, "threads"),
    },
    expected: [expected],
  });

describe.skipIf(availableParallelism() < 2)("a folder of many sites", () => {
  test("is written by several threads as each site is alone, with a manifest of all", async () => {
    const folder = sites();

    const { stdout } = await synth(folder, "sites", "all");
    const threads = new Set(readFileSync(join(folder, "threads"), "utf8").trim().split("\n"));
    expect(threads.size).toBeGreaterThan(1);
    expect(readdirSync(join(folder, "all", "stacks")).sort()).toEqual(names(100));
    const manifest = JSON.parse(readFileSync(join(folder, "all", "manifest.json"), "utf8"));
    expect(Object.keys(manifest.stacks)).toEqual(names(100));
    const told = stdout.split("\n").filter((line) => line.includes("OWN-001"));
    expect(told.map((line) => /stacks\/(\w+)\//.exec(line)?.[1])).toEqual(["s100", "s199"]);

    for (const name of ["s100", "s149", "s150", "s199"]) {
      await synth(folder, `sites/${name}.yaml`, "one");
      const [one, all] = ["one", "all"].map((out) =>
        readFileSync(join(folder, out, "stacks", name, "cdk.tf.json"), "utf8"),
      );
      expect(all).toBe(one);
      const alone = JSON.parse(readFileSync(join(folder, "one", "manifest.json"), "utf8"));
      expect(manifest.stacks[name]).toEqual(alone.stacks[name]);
    }
  }, 240_000);

  test.each([[["s110", "s190"]], [["s190"]]])(
    "is stopped by every finding, in whichever part it is: %s",
    async (found) => {
      const folder = sites();
      for (const name of found)
        writeFileSync(
          join(folder, "sites", `${name}.yaml`),
          `name: ${name}\nengine: { host: "ssh://ops@${name}.example.org" }\nbackend: { environment: { UPSTREAM_TOKEN: hunter2 } }\n`,
        );

      const { stdout, stderr } = await synth(folder, "sites", "all", 1);
      expect(stdout).toBe("");
      expect(stderr.match(/^error: /gm)).toHaveLength(1);
      expect(stderr.split("\n").slice(0, 1 + 3 * found.length)).toEqual([
        `error: the policies stop this synthesis: ${3 * found.length} findings`,
        ...found.flatMap((name) =>
          ["Migrate", "api", "ingest"].map(
            (role) => `${name}/Backend/${role}/Container: UPSTREAM_TOKEN has a value`,
          ),
        ),
      ]);
      expect(readdirSync(join(folder, "all"))).toEqual(["stacks"]);
    },
    240_000,
  );

  test.each([
    ["is gone without a word", "if (threadId !== 0) process.exit(3);"],
    ["fails", 'if (threadId !== 0) setImmediate(() => { throw new Error("none of its business"); });'],
    ["has no memory left", "if (threadId !== 0) for (const all = []; ; ) all.push(new Array(1e6).fill(0));"],
  ])(
    "is written whole by one thread, where another one %s",
    async (_, loaded) => {
      const folder = sites(loaded);

      // No more than that thread needs for its own part.
      const { stdout } = await synth(folder, "sites", "all", 0, { NODE_OPTIONS: "--max-old-space-size=400" });

      const manifest = JSON.parse(readFileSync(join(folder, "all", "manifest.json"), "utf8"));
      expect(Object.keys(manifest.stacks)).toEqual(names(100));
      expect(stdout.split("\n").filter((line) => line.includes("OWN-001"))).toHaveLength(2);
    },
    240_000,
  );

  test("is told of a site's error with the name of the site, in whichever part it is", async () => {
    const folder = sites();
    const fails = (name: string) =>
      writeFileSync(
        join(folder, "sites", `${name}.yaml`),
        `name: ${name}\nengine: { host: "ssh://ops@${name}.example.org" }\n${OFF}secrets: { mqtt-sensor-password: { command: ["false"] } }\n`,
      );
    const told = async () => (await synth(folder, "sites", "all", 1)).stderr.split("\n")[0];

    fails("s180");
    expect(await told()).toMatch(/^error: s180: secrets\.mqtt-sensor-password: command false: /);
    fails("s120");
    expect(await told()).toMatch(/^error: s120: secrets\.mqtt-sensor-password: command false: /);
  }, 240_000);

  test("is ended by a signal that came, and was not heard yet, as the threads begin", async () => {
    const folder = sites();
    const preload = write(
      folder,
      "early.cjs",
      `const { listeners } = process;
process.listeners = (signal) => {
  process.kill(process.pid, signal);
  process.listeners = listeners;
  return process.listeners(signal);
};`,
    );

    await synth(folder, "sites", "all", 130, { NODE_OPTIONS: `--require=${preload}` });

    expect(existsSync(join(folder, "all", "manifest.json"))).toBe(false);
  }, 240_000);

  test("is ended by a signal between two sites, where one thread writes them all", async () => {
    const folder = sites("process.kill(process.pid, 'SIGTERM');");
    for (const name of names(100).slice(50)) rmSync(join(folder, "sites", `${name}.yaml`));

    await synth(folder, "sites", "all", 143);

    expect(existsSync(join(folder, "all", "manifest.json"))).toBe(false);
  }, 240_000);

  test("leaves no draft where a signal comes while a thread is in the middle of a file", async () => {
    const folder = sites();
    const preload = write(
      folder,
      "slow.cjs",
      `const fs = require("node:fs");
const { isMainThread } = require("node:worker_threads");
const { linkSync, existsSync, writeFileSync } = fs;
// The first secret that another thread makes: its draft is written, and has not its name yet.
if (!isMainThread)
  fs.linkSync = (...given) => {
    if (!existsSync(process.env.SIGNALLED)) {
      writeFileSync(process.env.SIGNALLED, "");
      process.kill(process.pid, process.env.SIGNAL);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
    }
    return linkSync(...given);
  };
require("node:module").syncBuiltinESMExports();`,
    );
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      const signalled = join(folder, `signalled-by-${signal}`);
      const env = { NODE_OPTIONS: `--require=${preload}`, SIGNALLED: signalled, SIGNAL: signal };
      const { stderr } = await synth(folder, "sites", signal, code, env);
      expect({ stderr, isSignalled: existsSync(signalled) }).toEqual({ stderr: "", isSignalled: true });
      const all = readdirSync(folder, { recursive: true }) as readonly string[];
      expect(all.filter((path) => /\.tmp$|exploreiot-draft/.test(path))).toEqual([]);
      rmSync(join(folder, ".exploreiot"), { recursive: true });
    }
  }, 240_000);
});
