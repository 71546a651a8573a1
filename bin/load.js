const { createHash } = require("node:crypto");
const {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require("node:fs");
const { createRequire } = require("node:module");
const { dirname, join } = require("node:path");
const { pathToFileURL } = require("node:url");
const vm = require("node:vm");

/** The exit code of verbs that only look, where something is not as configured. */
const CHANGES_PENDING = 2;

/**
 * Runs a bundle and returns what it exports. To compile what it runs takes V8 a third of the time of most commands, so what was
 * compiled is kept next to the bundle by the first command of a kind, and taken by those that follow. It belongs
 * to those who may write the bundle, to this very file, this Node and this kind of command.
 *
 * @param {string} path of a CommonJS file in which `__url` stands for its address, and `__import` imports
 * @param {string} kind of command: others run other parts of the bundle
 */
function loaded(path, kind) {
  const { source, identity } = read(path);
  const kept = join(dirname(path), `${kind}-${process.version}-${process.arch}-${identity}.cache`);
  const cachedData = compiledAt(kept);
  const script = new vm.Script(`(function(exports,require,module,__url,__import){${source}\n})`, {
    filename: path,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (cachedData === undefined || script.cachedDataRejected) keepAtExit(script, kept);
  const module = { exports: {} };
  // The address tells which of the files that had this name it is.
  const url = `${pathToFileURL(path)}?${identity}`;
  const imported = (/** @type {string} */ specifier) => import(specifier);
  script.runInThisContext()(module.exports, createRequire(path), module, url, imported);
  return module.exports;
}

/**
 * A file with what tells it from any other that had its name: the kernel sets one of these times.
 *
 * @param {string} path
 */
function read(path) {
  const file = openSync(path, "r");
  try {
    const { ino, size, mtimeNs, ctimeNs } = fstatSync(file, { bigint: true });
    // esbuild writes ASCII, which is read quickest by that name.
    return { source: readFileSync(file, "latin1"), identity: [ino, size, mtimeNs, ctimeNs].join("-") };
  } finally {
    closeSync(file);
  }
}

/**
 * What was compiled, in front of its hash: V8 itself would run what is damaged. Undefined if there is nothing whole.
 *
 * @param {string} path
 */
function compiledAt(path) {
  try {
    const kept = readFileSync(path);
    const compiled = kept.subarray(0, -HASH_BYTES);
    return hashOf(compiled).equals(kept.subarray(-HASH_BYTES)) ? compiled : undefined;
  } catch {
    return undefined;
  }
}

const HASH_BYTES = 32;

/** @param {Uint8Array} compiled */
const hashOf = (compiled) => createHash("sha256").update(compiled).digest();

/**
 * Once all has run that the command runs. A command that failed may have run little of it.
 *
 * @param {vm.Script} script
 * @param {string} path
 */
function keepAtExit(script, path) {
  process.once("exit", (code) => {
    if (code !== 0 && code !== CHANGES_PENDING) return;
    const draft = `${path}.${process.pid}`;
    try {
      const compiled = script.createCachedData();
      writeFileSync(draft, Buffer.concat([compiled, hashOf(compiled)]), { flag: "wx" });
      renameSync(draft, path);
    } catch {
      // Who may not write here compiles it each time.
      rmSync(draft, { force: true });
    }
  });
}

module.exports = { loaded };
