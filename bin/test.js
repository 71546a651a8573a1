const { spawn } = require("node:child_process");
const { existsSync, mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { dirname, join, relative } = require("node:path");
const { parseArgs } = require("node:util");
const { refuseOtherGround } = require("./ground.js");
const { installPackages } = require("./packages.js");

// npm test: everything this machine allows, in the order in which it fails fastest. The last line counts it all.
const root = dirname(__dirname);
const frontend = join(root, "apps", "frontend");
const total = { passed: 0, failed: 0, skipped: 0 };
/** Named again at the end, since a long run's log is often cut. @type {string[]} */
const skipped = [];
/** @type {string[]} */
const failed = [];

const HELP = `npm test                everything that this machine allows: half an hour
npm test -- --long      and the end-to-end tests that are left out of it
npm test -- --contract  and the same stack on images that have no more than the official ones
npm test -- --engines   only the tests on Docker engines of their own, rootless and Swarm among them
`;
refuseOtherGround();
const wanted = options();
const reports = mkdtempSync(join(tmpdir(), "exploreiot-test-"));

function options() {
  /** @type {{ type: "boolean" }} */
  const flag = { type: "boolean" };
  try {
    const { values } = parseArgs({ options: { long: flag, contract: flag, engines: flag, help: flag } });
    if (!values.help) return values;
    process.stdout.write(HELP);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`error: ${/** @type {Error} */ (error).message}\n${HELP}`);
    process.exit(1);
  }
}

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();
// Ctrl-C reaches every program of a terminal; a signal to this one alone does not, so it is handed on.
process.once("SIGTERM", async () => {
  const ends = [...running].map((child) => new Promise((ended) => child.once("close", ended)));
  for (const child of running) child.kill("SIGTERM");
  await Promise.all(ends);
  process.exit(143);
});

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
    running.add(child);
    child.once("close", () => running.delete(child));
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
  else fail(1, title);
}

/** Counts `count` failures, and keeps their names and causes for the end of the run. */
function fail(count, ...names) {
  total.failed += count;
  failed.push(...names);
}

/** A run of vitest, counted from its JSON report; a run that dies without one is a failure. */
async function vitest(title, args, options) {
  const file = join(reports, `${title.replaceAll(/\W+/g, "-")}.json`);
  const ended = await step(
    title,
    [
      // Not by npx, which hands no signal on.
      process.execPath,
      join(options?.cwd ?? root, "node_modules", "vitest", "vitest.mjs"),
      "run",
      ...args,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
    options,
  );
  const report = readReport(file);
  if (report === undefined) return fail(1, `${title}: ended without a report`);
  total.passed += report.numPassedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  // A file that cannot be loaded, or a hook that fails, has no failed test to its name.
  const failures = report.testResults.flatMap(failuresOf);
  if (!ended && failures.length === 0) failures.push(`${title}: failed outside of its tests`);
  fail(Math.max(report.numFailedTests, ended ? 0 : 1), ...failures);
  for (const { assertionResults } of report.testResults) {
    skipped.push(
      ...assertionResults
        .filter(({ status }) => status !== "passed" && status !== "failed")
        .map(({ fullName }) => fullName),
    );
  }
}

/** The failures of one file of tests, each with its cause; a file that failed without a failed test is one of its own. */
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(root, name);
  const tests = assertionResults.filter((result) => result.status === "failed");
  if (tests.length === 0 && status === "failed") return [`${file}\n${firstLines(message)}`];
  return tests.map(
    ({ fullName, failureMessages }) => `${file}: ${fullName}\n${firstLines(failureMessages.join("\n"))}`,
  );
}

/** As much of an error as tells its cause, indented below its name. */
function firstLines(text) {
  const lines = text.split("\n").slice(0, 8);
  return lines.map((line) => `    ${line}`).join("\n");
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
  if (counts === undefined) return fail(1, "backend: pytest ended without a report");
  const count = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(counts)?.[1] ?? 0);
  const failures = count("failures") + count("errors");
  const named = readText(file).matchAll(
    /<testcase classname="([^"]*)" name="([^"]*)"[^>]*><(?:failure|error) message="([^"]*)"/g,
  );
  fail(
    failures,
    ...[...named].map(([, file, name, cause]) => `backend: ${file} ${name}\n    ${cause.slice(0, 400)}`),
  );
  total.skipped += count("skipped");
  total.passed += count("tests") - failures - count("skipped");
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

const inOnePiece = true;

async function everything() {
  await Promise.all([
    ...["format", "lint", "types"].map((name) =>
      check(name, ["npm", "run", "--silent", name], { inOnePiece }),
    ),
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
  // Some minutes more, so it is asked for.
  if (wanted.long) await vitest("end to end, the long ones", ["--project", "e2e-long"]);
  // Skipped by name where OpenTofu is not installed.
  if (wanted.long) await vitest("by OpenTofu", ["--project", "opentofu"]);
  // Half an hour, so it is asked for: the same stack on images that have no more than the official ones.
  if (wanted.contract) await vitest("on official images", ["--project", "contract"]);
}

async function main() {
  const installed = await Promise.all([root, frontend].map(installPackages));
  if (installed.includes(false)) process.exit(1);
  if (wanted.engines) await vitest("engines", ["--project", "engines"]);
  else await everything();
  rmSync(reports, { recursive: true, force: true });
  list("skipped", skipped);
  list("failed", failed);
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

function list(title, names) {
  if (names.length > 0) process.stdout.write(`\n${title}:\n${names.map((name) => `  ${name}`).join("\n")}\n`);
}

void main();
