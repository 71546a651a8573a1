import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "./packages.js";

// npm test: everything this machine allows, in the order in which it fails fastest. The last line counts it all.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const frontend = join(root, "apps", "frontend");
const reports = mkdtempSync(join(tmpdir(), "exploreiot-test-"));
const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const skipped = [];

/**
 * Runs a command; resolves to true if it ended well. Its output is shown as it comes, or in one piece at its end
 * where another step runs at the same time.
 */
function step(title, argv, { cwd = root, inOnePiece = false } = {}) {
  const [program, ...args] = argv;
  const heading = `\n== ${title}\n`;
  if (!inOnePiece) process.stdout.write(heading);
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      stdio: ["ignore", ...Array(2).fill(inOnePiece ? "pipe" : "inherit")],
    });
    const output = [heading];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => output.push(data));
    child.once("error", (error) => output.push(`${error.message}\n`));
    child.once("close", (code) => {
      if (inOnePiece) process.stdout.write(Buffer.concat(output.map((part) => Buffer.from(part))));
      resolve(code === 0);
    });
  });
}

/** A check that has no tests inside counts as one. */
async function check(title, argv, options) {
  if (await step(title, argv, options)) total.passed += 1;
  else total.failed += 1;
}

/** A run of vitest, counted from its JSON report; a run that dies without one is a failure. */
async function vitest(title, args, options) {
  const file = join(reports, `${title.replaceAll(/\W+/g, "-")}.json`);
  const ended = await step(
    title,
    [
      "npx",
      "--no-install",
      "vitest",
      "run",
      ...args,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
    options,
  );
  const report = readReport(file);
  if (report === undefined) {
    total.failed += 1;
    return;
  }
  total.passed += report.numPassedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  // A file that cannot be loaded, or a hook that fails, has no failed test to its name.
  total.failed += Math.max(report.numFailedTests, ended ? 0 : 1);
  for (const { assertionResults } of report.testResults) {
    skipped.push(
      ...assertionResults
        .filter(({ status }) => status !== "passed" && status !== "failed")
        .map(({ fullName }) => fullName),
    );
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** The backend's own tests, counted from the JUnit file that pytest writes. */
async function pytest() {
  const file = join(reports, "backend.xml");
  const argv = ["bash", "apps/backend/test.sh", `--junit-xml=${file}`];
  await step("backend: pytest", argv, { inOnePiece: true });
  const counts = /<testsuite [^>]*>/.exec(readText(file))?.[0];
  if (counts === undefined) {
    total.failed += 1;
    return;
  }
  const count = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(counts)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  total.failed += failed;
  total.skipped += count("skipped");
  total.passed += count("tests") - failed - count("skipped");
}

function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** The application's own tests and the page's build: no containers, so they run next to those that have some. */
async function application() {
  await pytest();
  await vitest("frontend", ["--project", "unit"], { cwd: frontend, inOnePiece: true });
  await check("frontend: build", ["npm", "run", "--silent", "--prefix", frontend, "build"], {
    inOnePiece: true,
  });
}

/** The page in Chromium against a stand-in backend; after the end-to-end tests, which install Chromium where they can. */
async function browserTests() {
  if (!existsSync("/usr/bin/chromium")) {
    total.skipped += 1;
    skipped.push("frontend in a browser [skipped: /usr/bin/chromium is not there]");
    return;
  }
  await vitest("frontend in a browser", ["--project", "browser"], { cwd: frontend });
}

const installed = await Promise.all([root, frontend].map(installPackages));
if (installed.includes(false)) process.exit(1);
const inOnePiece = true;
await Promise.all([
  ...["format", "lint", "types"].map((name) => check(name, ["npm", "run", "--silent", name], { inOnePiece })),
  // Before the end-to-end tests: both install Debian packages, which two cannot do at once.
  step("backend: what its tests need", ["bash", "apps/backend/test.sh", "--install", "--version"], {
    inOnePiece,
  }),
]);
// Images wait for the network most of their time. The end-to-end tests begin when nothing else works but the application's.
const images = vitest("images", ["--project", "e2e-images"], { inOnePiece });
await vitest("unit", ["--project", "unit*"]);
const applicationTests = application();
await images;
await Promise.all([vitest("end to end", ["--project", "e2e"]), applicationTests]);
await browserTests();

rmSync(reports, { recursive: true, force: true });
if (skipped.length > 0)
  process.stdout.write(`\nskipped:\n${skipped.map((name) => `  ${name}`).join("\n")}\n`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
