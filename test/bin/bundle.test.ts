import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { type RunOptions, run } from "../../runners/run.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A small kit: what builds and starts its programs is the kit's own, and they say what they are made of. */
function smallKit(): string {
  const root = temporaryFolder();
  for (const file of ["package.json", "bundle.js", "load.js", "program.js", "packages.js"])
    cpSync(join(projectRoot, "bin", file), join(root, "bin", file), { recursive: true });
  symlinkSync(join(projectRoot, "node_modules"), join(root, "node_modules"));
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(root, "start.js"),
    'import { program } from "./bin/program.js";\nconst { main } = await program("cli");\nawait main();\n',
  );
  writeFileSync(join(root, "main.ts"), "export const main = () => undefined;\n");
  mkdirSync(join(root, "cli"));
  writeFileSync(
    join(root, "cli", "main.ts"),
    `export async function main() {
  if (process.argv.includes("waits")) {
    console.log("ready");
    await new Promise((resolve) => process.stdin.once("end", resolve).resume());
  }
  const { said } = await import("./said.ts");
  console.log(said);
  process.exitCode = process.argv.includes("fails") ? 1 : 0;
}
`,
  );
  say(root, "one");
  return root;
}

let changes = 0;

/** Another source, a second newer each time: some file systems know no more of a time. */
function say(root: string, word: string): void {
  const file = join(root, "cli", "said.ts");
  writeFileSync(file, `export const said = ${JSON.stringify(word)};\n`);
  changes += 1;
  const time = new Date(Date.now() + changes * 1000);
  utimesSync(file, time, time);
}

const start = async (root: string, words: readonly string[], options: RunOptions = {}) => {
  const argv = [process.execPath, join(root, "start.js"), ...words] as const;
  const { stdout, stderr } = await run(argv, { cwd: root, expected: [0, 1], ...options });
  return `${stdout}${stderr}`.trim();
};

const inDist = (root: string) => readdirSync(join(root, "dist")).sort();

/** Compiled code that is kept, without what names the very bundle. */
const keptIn = (root: string) =>
  inDist(root)
    .filter((file) => file.endsWith(".cache"))
    .map((file) => file.split("-")[0]);

describe("a program of a checkout", { timeout: 60_000 }, () => {
  test("is made of the sources that there are, by however many commands start at once", async () => {
    const root = smallKit();
    const answers: (readonly string[])[] = [];
    for (const word of ["two", "three"]) {
      say(root, word);
      answers.push(await Promise.all(Array.from({ length: 5 }, () => start(root, ["says"]))));
    }

    const eachSays = (word: string) => Array.from({ length: 5 }, () => word);
    expect(answers).toEqual([eachSays("two"), eachSays("three")]);
    expect(inDist(root).filter((file) => !file.startsWith("says-"))).toEqual(["cli.cjs", "main.cjs"]);
    expect(readdirSync(root).filter((file) => file.startsWith("dist"))).toEqual(["dist"]);
  });

  test("says where it cannot be put, instead of where esbuild or Node stumbled", async () => {
    const root = smallKit();
    writeFileSync(join(root, "dist"), "");

    const said = await start(root, ["says"]);

    // Which call is the first to stumble differs between versions of Node.
    expect(said.replace(/: E(EXIST|NOTDIR): .+/, ": CAUSE")).toBe(
      `error: the programs of the kit cannot be put into ${join(root, "dist")}: CAUSE\n  → run this as the user whose checkout it is, or clone it to where this user may write and the disk has room`,
    );
    expect(readdirSync(root).filter((file) => file.startsWith("dist"))).toEqual(["dist"]);
  });

  test("goes on with what it was when it started, also with parts that it loads late", async () => {
    const root = smallKit();
    const input = new PassThrough();
    let first: Promise<string> | undefined;
    await new Promise<void>((resolve) => {
      first = start(root, ["waits"], { input, onLine: () => resolve() });
    });
    say(root, "two");
    const second = await start(root, ["says"]);
    input.end();

    expect([await first, second]).toEqual(["ready\none", "two"]);
  });

  test("keeps what was compiled, for commands of its kind that end well, until it is made again", async () => {
    const root = smallKit();
    await start(root, ["fails"]);
    const afterFailure = keptIn(root);
    await start(root, ["says"]);
    const [file = ""] = inDist(root).filter((name) => name.endsWith(".cache"));
    const marks = () => statSync(join(root, "dist", file)).ino;
    const made = marks();
    const again = await start(root, ["says"]);
    const [taken, kept] = [marks() === made, keptIn(root)];
    say(root, "two");
    await start(root, ["fails"]);

    expect([afterFailure, again, taken, kept, keptIn(root)]).toEqual([[], "one", true, ["says"], []]);
  });

  test("compiles again, and keeps that, where what is kept was damaged", async () => {
    const root = smallKit();
    await start(root, ["says"]);
    const [file = ""] = inDist(root).filter((name) => name.endsWith(".cache"));
    const path = join(root, "dist", file);
    const whole = readFileSync(path);
    const damages = {
      "cut short": whole.subarray(0, whole.length / 2),
      empty: Buffer.alloc(0),
      "with another bit": whole.map((byte, at) => (at === whole.length - 99 ? byte ^ 1 : byte)),
    };
    const results: Record<string, unknown> = {};
    for (const [name, damaged] of Object.entries(damages)) {
      writeFileSync(path, damaged);
      const said = await start(root, ["says"]);
      results[name] = [said, readFileSync(path).equals(damaged)];
    }

    expect(results).toEqual({
      "cut short": ["one", false],
      empty: ["one", false],
      "with another bit": ["one", false],
    });
  });
});
