import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { evaluate } from "../../policies/evaluate.ts";
import { filesBelow } from "../../policies/files.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";

/**
 * Prints as JSON the milliseconds that the rules take over a stack that was read with the files it names, and those of a
 * plain walk over the same JSON: the first in this process, or those that come after as many others as the second
 * argument says, when Node has compiled both.
 */
const [, , file = "", others = "0"] = process.argv;
const json = JSON.parse(readFileSync(file, "utf8"));
const surroundings = filesBelow(dirname(file));
let rules = 0;
let walk = 0;
for (let round = 0; round <= Number(others); round += 1) {
  const stack = readTerraformJson(json, surroundings);
  rules = timeOf(() => evaluate(stack, policies));
  walk = timeOf(() => lettersIn(json));
}
console.log(JSON.stringify({ rules, walk }));

/** @param {() => unknown} work */
function timeOf(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/**
 * Looks at every letter of every name and text once: the least that any rule about all of it could do.
 *
 * @param {unknown} value
 * @returns {number} a sum of all, so that nothing can be left out
 */
function lettersIn(value) {
  if (typeof value === "string") {
    let sum = 0;
    for (let at = 0; at < value.length; at += 1) sum += value.charCodeAt(at);
    return sum;
  }
  if (typeof value !== "object" || value === null) return 1;
  let sum = 0;
  for (const [name, inner] of Object.entries(value)) sum += lettersIn(name) + lettersIn(inner);
  return sum;
}
