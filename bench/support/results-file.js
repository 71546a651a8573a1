import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { markdownTable } from "./table.js";

/** @typedef {import("./table.js").Recorded & { date: string, machine: Record<string, string | number> }} Dated */

const bench = dirname(dirname(fileURLToPath(import.meta.url)));
const readme = join(bench, "README.md");
const [BEGIN, END] = ["<!-- figures: written by bench/run.js -->", "<!-- end of figures -->"];

/** @param {string} name of a measurement */
const file = (name) => join(bench, "results", `${name}.json`);

/** @param {Dated} recorded */
export function writeResult(recorded) {
  mkdirSync(join(bench, "results"), { recursive: true });
  writeFileSync(file(recorded.name), `${JSON.stringify(recorded, undefined, 2)}\n`);
}

/**
 * Puts the latest figures of every measurement into README.md.
 *
 * @param {readonly string[]} names of all measurements
 */
export function writeReadme(names) {
  const results = names.flatMap((name) =>
    existsSync(file(name)) ? [/** @type {Dated} */ (JSON.parse(readFileSync(file(name), "utf8")))] : [],
  );
  const [before, rest = ""] = readFileSync(readme, "utf8").split(BEGIN);
  const [, after] = rest.split(END);
  if (after === undefined || results.length === 0) return;
  const text = [`${before}${BEGIN}`, caption(results), markdownTable(results), `${END}${after}`];
  writeFileSync(readme, text.join("\n\n"));
}

/** @param {readonly Dated[]} results */
function caption(results) {
  const days = [...new Set(results.map(({ date }) => date.slice(0, 10)))].sort();
  const machines = new Set(results.map(({ machine }) => machineLine(machine)));
  return [`Measured ${days.join(", ")}.`, ...machines].join("\n");
}

/** @param {Record<string, string | number>} machine */
const machineLine = ({ cores, processor, memoryMiB, kernel, node, dockerEngine, compose, terraform }) =>
  `${cores} cores (${processor}), ${memoryMiB} MiB, Linux ${kernel}; Node ${node}, Docker ${dockerEngine}, compose ${compose}, Terraform ${terraform}.`;
