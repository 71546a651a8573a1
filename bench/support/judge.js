import { readFileSync } from "node:fs";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";

/** Prints the milliseconds that the rules take over a stack that is parsed already; twice, the second counts. */
const json = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
let ms = 0;
for (let round = 0; round < 2; round += 1) {
  const start = performance.now();
  evaluate(readTerraformJson(json), policies);
  ms = performance.now() - start;
}
console.log(ms);
