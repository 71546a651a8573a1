import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { run } from "../../runners/run.ts";

const VERSION = "v2.10.1";
const PROGRAMS = ["pebble", "pebble-challtestsrv"];

/** Where the ACME server of the tests is kept from one run to the next. */
export const pebbleFolder = join(homedir(), ".cache", "exploreiot-test", `pebble-${VERSION}`);

/** @throws UserError where there is no Go to build it with (it needs 1.24, more than Debian 12 has) */
export async function installPebble(report: (line: string) => void): Promise<void> {
  if (PROGRAMS.every((program) => existsSync(join(pebbleFolder, program)))) return;
  mkdirSync(pebbleFolder, { recursive: true });
  report(`go install pebble ${VERSION}`);
  const packages = PROGRAMS.map((program) => `github.com/letsencrypt/pebble/v2/cmd/${program}@${VERSION}`);
  const go = await run(["go", "install", ...packages], { env: { GOBIN: pebbleFolder }, expected: [0, 1, 2] });
  if (go.code !== 0) throw new UserError(`pebble cannot be built: ${go.stderr.trim().split("\n").at(-1)}`);
}
