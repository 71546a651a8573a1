import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../core/home.ts";
import { run } from "../../../runners/run.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

/** The program of the image without its last part, which goes on for ever. */
const [FUNCTIONS = ""] = readFileSync(join(projectRoot, "images/renewer/renew.sh"), "utf8").split(/^trap /m);

const WANTED = "https://ca.example.org/dir iot.example.org";

/** Whether it would ask now, with this in the file that says when to. */
async function asksNow(notBefore?: string): Promise<boolean> {
  const state = temporaryFolder();
  if (notBefore !== undefined) write(state, "not-before", notBefore);
  const [ACME_DIRECTORY, ACME_HOSTS] = WANTED.split(" ");
  const { stdout } = await run(
    ["sh", "-c", `${FUNCTIONS}\nstate=$STATE\nif is_time; then echo now; else echo later; fi`],
    { env: { ...process.env, ACME_DIRECTORY, ACME_HOSTS, STATE: state } },
  );
  return stdout === "now\n";
}

test("the renewer waits until the moment that is on record, of these names and this CA, unless a clock that was ahead has left it", async () => {
  const inHours = (hours: number, wanted = WANTED) =>
    `${Math.floor(Date.now() / 1000 + hours * 3600)} ${wanted}\n`;

  expect({
    atFirst: await asksNow(),
    over: await asksNow(inHours(-0.1)),
    soon: await asksNow(inHours(0.1)),
    // The longest that it puts anything off is a day and a tenth.
    longest: await asksNow(inHours(27)),
    otherNames: await asksNow(inHours(1, `${WANTED} www.example.org`)),
    ahead: await asksNow(inHours(49)),
    years: await asksNow(inHours(3 * 365 * 24)),
  }).toEqual({
    ...{ atFirst: true, over: true, soon: false, longest: false },
    ...{ otherNames: true, ahead: true, years: true },
  });
});
