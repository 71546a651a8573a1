import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { makeAuthority, makeDevicePair } from "../../pki/x509.ts";
import { clockAhead } from "../support/clock-ahead.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = join(projectRoot, "examples");
const sites = readdirSync(folder)
  .filter((name) => existsSync(join(folder, name, "site.yaml")))
  .toSorted();

/**
 * Of the packages of the images, which somebody sets who works on the kit. An exception of an example that ends is found then,
 * and not on a day on which nobody has changed anything.
 */
const { debian } = JSON.parse(readFileSync(join(projectRoot, "images/lock.json"), "utf8"));

test("there are examples", () => {
  expect(sites).toEqual(["busybox", "node-red", "observability", "three-roles"]);
});

test.each([
  ["busybox", 9],
  ["node-red", 16],
  ["observability", 37],
  ["three-roles", 16],
])("%s is sound on the day of the kit's packages, and no rule finds anything in it", (name, containers) => {
  const verb = ["bin/exploreiot.js", "synth", "--config", `examples/${name}/site.yaml`, "--json"];
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import=${clockAhead(Date.parse(debian.refreshed) - Date.now())}`,
    EXPLOREIOT_HOME: join(temporaryFolder(), "new"),
  };
  const printed = execFileSync(process.execPath, verb, { cwd: projectRoot, encoding: "utf8", env });
  expect(JSON.parse(printed)).toMatchObject({ containers });
});

test("the centre and its sites are sound together, once the centre has issued their certificates", async () => {
  const copy = join(temporaryFolder(), "sites");
  cpSync(join(folder, "sites"), copy, { recursive: true });
  const authority = await makeAuthority("centre");
  const issued = (name: string, text: string) => writeFileSync(join(copy, name), text, { mode: 0o600 });
  issued("server-ca.crt", authority.certificate);
  for (const site of ["lyon", "paris"]) {
    const { certificate, key } = await makeDevicePair(site, authority);
    issued(`${site}.crt`, certificate);
    issued(`${site}.key`, key);
  }
  // A home that is not there yet is made.
  const env = { ...process.env, EXPLOREIOT_HOME: join(temporaryFolder(), "new") };
  const verb = ["bin/exploreiot.js", "sites", "synth", copy, "--json"];
  const printed = execFileSync(process.execPath, verb, { cwd: projectRoot, encoding: "utf8", env });
  const { sites } = JSON.parse(printed) as { readonly sites: readonly object[] };
  const done = (site: string) => ({ site, outcome: "done", report: { containers: 19 } });
  expect(sites).toMatchObject([done("centre"), done("lyon"), done("paris")]);
});
