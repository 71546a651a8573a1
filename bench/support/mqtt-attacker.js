// mqtt-attacker.js JSON: one of mqtt-attacks.js, mqtt-attacks-time.js or mqtt-attacks-rare.js, again and again until `seconds` have passed.
//   { attack, host, port, tls, secrets: folder, seconds }
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { attacks as hoarding } from "./mqtt-attacks.js";
import { rareAttacks } from "./mqtt-attacks-rare.js";
import { attacksOnTime } from "./mqtt-attacks-time.js";

const { attack, host, port, tls, secrets, seconds } = JSON.parse(process.argv[2] ?? "{}");
const run = { ...hoarding, ...attacksOnTime, ...rareAttacks }[attack];
if (run === undefined) throw new Error(`no attack is called ${attack}`);

/** @param {string} user */
const password = (user) => readFileSync(join(secrets, `mqtt-${user}-password`), "utf8");
const end = performance.now() + seconds * 1000;
let times = 0;
for (; performance.now() < end; times += 1) await run({ host, port, tls, password });
console.log(JSON.stringify({ times }));
process.exit();
