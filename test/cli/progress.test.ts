import { stripVTControlCharacters } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { shellCommand } from "../../core/shell-words.ts";
import { run } from "../../runners/run.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Two steps, of which the first takes longer than a second, and an answer. */
const PROGRAM = `
  import { during, progress } from "./cli/progress.ts";
  progress("before");
  await during(async () => {
    progress("first step");
    await new Promise((done) => setTimeout(done, 1200));
    progress("second step");
  });
  console.log("the answer");
`;

async function program(): Promise<string> {
  const outfile = `${temporaryFolder()}/program.mjs`;
  const banner = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';
  await build({
    ...{ stdin: { contents: PROGRAM, resolveDir: projectRoot, loader: "ts" }, banner: { js: banner } },
    ...{ bundle: true, platform: "node", format: "esm", outfile, logLevel: "error" },
  });
  return outfile;
}

const PLAIN = { CI: undefined, NO_COLOR: "1", TERM: "xterm" };

test("steps are plain lines where nobody watches", async () => {
  const { stdout, stderr } = await run([process.execPath, await program()], { env: PLAIN });

  expect({ stdout, stderr }).toEqual({
    stdout: "the answer\n",
    stderr: "· before\n· first step\n· second step\n",
  });
});

/** The text on a terminal of so many columns. */
async function onTerminal(
  columns: number,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const command = `stty cols ${columns}; exec ${shellCommand(process.execPath, await program())}`;
  const { stdout } = await run(["script", "--quiet", "--return", "--command", command, "/dev/null"], { env });
  return stripVTControlCharacters(stdout).replaceAll("\r", "");
}

test("on a terminal the step under way counts its seconds, and what is done stays with its time", async () => {
  const shown = await onTerminal(80, PLAIN);
  // On a busy machine more seconds than one.
  const done = shown.split("\n").map((line) => line.replace(/^.*·/, "·").replace(/\d+ s/, "n s").trim());

  expect(shown).toMatch(/⠋ first step.*first step \(\d+ s\)/s);
  expect(done).toEqual(["· before", "· first step (n s)", "· second step", "the answer", ""]);
});

test.each([
  ["in CI", 80, { ...PLAIN, CI: "true" }],
  ["that says no width", 0, PLAIN],
  ["that cannot move its cursor", 80, { ...PLAIN, TERM: "dumb" }],
])("a terminal %s is shown plain lines", async (_, columns, env) => {
  expect(await onTerminal(columns, env)).toBe("· before\n· first step\n· second step\nthe answer\n");
});
