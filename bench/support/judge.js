import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { evaluate } from "../../policies/evaluate.ts";
import { textBelow } from "../../policies/files.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";

/**
 * Prints the milliseconds that the rules take over a stack that was read with the files it names: the first in this
 * process, or one that comes after as many others as the second argument says, when Node has compiled the rules.
 */
const [, , file = "", others = "0"] = process.argv;
const json = JSON.parse(readFileSync(file, "utf8"));
const read = textBelow(dirname(file));
let ms = 0;
for (let round = 0; round <= Number(others); round += 1) {
  const stack = readTerraformJson(json, { read });
  const start = performance.now();
  evaluate(stack, policies);
  ms = performance.now() - start;
}
console.log(ms);
