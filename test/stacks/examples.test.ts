import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";

const folder = join(projectRoot, "examples");
const sites = readdirSync(folder)
  .filter((name) => existsSync(join(folder, name, "site.yaml")))
  .toSorted();

test("there are examples", () => {
  expect(sites).toEqual(["busybox", "node-red", "observability", "three-roles"]);
});

test.each([
  ["busybox", 9],
  ["node-red", 16],
  ["observability", 37],
  ["three-roles", 16],
])("%s is sound, and no rule finds anything in it", (name, containers) => {
  const verb = ["bin/exploreiot.js", "synth", "--config", `examples/${name}/site.yaml`, "--json"];
  const printed = execFileSync(process.execPath, verb, { cwd: projectRoot, encoding: "utf8" });
  expect(JSON.parse(printed)).toMatchObject({ containers });
});
