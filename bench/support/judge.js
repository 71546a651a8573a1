import { readFileSync } from "node:fs";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";

/**
 * Prints the milliseconds that the rules take over parsed JSON: the first in this process, as whoever runs the verb waits
 * for it, or one that comes after as many others as the second argument says, when Node has compiled the rules.
 */
const [, , file = "", others = "0"] = process.argv;
const json = JSON.parse(readFileSync(file, "utf8"));
let ms = 0;
for (let round = 0; round <= Number(others); round += 1) {
  const start = performance.now();
  evaluate(readTerraformJson(json), policies);
  ms = performance.now() - start;
}
console.log(ms);
