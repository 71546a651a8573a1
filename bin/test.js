import { spawnSync } from "node:child_process";
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

/** Runs a command with its output shown; true if it ended well. */
function step(title, argv, cwd = root) {
  process.stdout.write(`\n== ${title}\n`);
  const [program, ...args] = argv;
  return spawnSync(program, args, { cwd, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

/** A check that has no tests inside counts as one. */
function check(title, argv) {
  if (step(title, argv)) total.passed += 1;
  else total.failed += 1;
}

/** A run of vitest, counted from its JSON report; a run that dies without one is a failure. */
function vitest(title, args, cwd = root) {
  const file = join(reports, `${title.replaceAll(/\W+/g, "-")}.json`);
  const ended = step(
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
    cwd,
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
function pytest() {
  const file = join(reports, "backend.xml");
  step("backend: pytest", ["bash", "apps/backend/test.sh", "--install", `--junit-xml=${file}`]);
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

/** The page in Chromium against a stand-in backend; after the end-to-end tests, which install Chromium where they can. */
function browserTests() {
  if (!existsSync("/usr/bin/chromium")) {
    total.skipped += 1;
    skipped.push("frontend in a browser [skipped: /usr/bin/chromium is not there]");
    return;
  }
  check("frontend: build", ["npm", "run", "--silent", "--prefix", frontend, "build"]);
  vitest("frontend in a browser", ["--project", "browser"], frontend);
}

if (!installPackages(root) || !installPackages(frontend)) process.exit(1);
check("format", ["npm", "run", "--silent", "format"]);
check("lint", ["npm", "run", "--silent", "lint"]);
check("types", ["npm", "run", "--silent", "types"]);
vitest("unit", ["--project", "unit*"]);
vitest("frontend", ["--project", "unit"], frontend);
pytest();
vitest("end to end", ["--project", "e2e"]);
browserTests();

rmSync(reports, { recursive: true, force: true });
if (skipped.length > 0)
  process.stdout.write(`\nskipped:\n${skipped.map((name) => `  ${name}`).join("\n")}\n`);
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
