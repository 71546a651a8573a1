// mqtt-attacker.js JSON: one of mqtt-attacks.js, again and again until `seconds` have passed.
//   { attack, host, port, secrets: folder, seconds }
// A process of its own and of a lower priority: an attacker would be on another machine, and here takes the cores from
// the broker and from the clients that are measured.
import { readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { join } from "node:path";
import { attacks } from "./mqtt-attacks.js";

setPriority(Math.min(19, getPriority() + 10));
const { attack, host, port, secrets, seconds } = JSON.parse(process.argv[2] ?? "{}");
const run = attacks[attack];
if (run === undefined) throw new Error(`no attack is called ${attack}`);

/** @param {string} user */
const password = (user) => readFileSync(join(secrets, `mqtt-${user}-password`), "utf8");
const end = performance.now() + seconds * 1000;
let times = 0;
for (; performance.now() < end; times += 1) await run({ host, port, password });
console.log(JSON.stringify({ times }));
process.exit();
