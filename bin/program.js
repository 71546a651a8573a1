const { existsSync } = require("node:fs");
const { dirname, join } = require("node:path");

const root = dirname(__dirname);

// The files that start a command are CommonJS: without its loader of ES modules Node takes 14 ms less (decision 168).

/**
 * A program of the kit: in a checkout its bundle, made again when sources are newer; in a package, which
 * has no sources, what was compiled when it was packed.
 *
 * @param {"main" | "cli"} entry
 * @returns {Promise<{ main: () => Promise<void> }>}
 */
async function program(entry) {
  if (!existsSync(join(root, "main.ts")))
    return import(join(root, "lib", entry === "main" ? "main.js" : "cli/main.js"));
  const { bundled } = require("./bundle.js");
  const { loaded } = require("./load.js");
  return loaded(await bundled(entry), entry === "cli" ? kindOf(process.argv.slice(2)) : entry);
}

/** The verb of a command line; its help runs little of it. @param {string[]} words */
const kindOf = (words) =>
  ["--help", "-h"].some((word) => words.includes(word))
    ? "help"
    : (words.find((word) => /^[a-z]{1,16}$/.test(word)) ?? "cli");

module.exports = { program };
