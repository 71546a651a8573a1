import { execFile } from "node:child_process";
import { createHash, pbkdf2Sync } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { SecretStore } from "../../core/secrets.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const home = () => join(temporaryFolder(), "home");
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

/** Every file below a folder with its mode, and every folder. */
function modes(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(entries.map((entry) => [entry, mode(join(folder, entry))]));
}

/** Takes the write protection away and changes a secret, as an operator would. */
function overwrite(path: string, text: string): void {
  rmSync(path);
  writeFileSync(path, text, { mode: 0o400 });
}

/** A program with a `store` on the folder that is its argument. */
function program(body: string): string {
  const outfile = join(temporaryFolder(), "child.mjs");
  const contents = `import { SecretStore } from "./core/secrets.ts";
    const store = new SecretStore(process.argv[2]);
    ${body}`;
  buildSync({
    stdin: { contents, resolveDir: projectRoot, loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
  });
  return outfile;
}

/** Runs a program in a process of its own, after `shell` in the same one. */
async function run(file: string, folder: string, shell = ""): Promise<string> {
  const command = `${shell} exec "$0" "$1" "$2"`;
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", command, process.execPath, file, folder]);
  return stdout;
}

describe("a secret that somebody put there", () => {
  const given = (text: string) => {
    const folder = home();
    write(folder, "secrets/own-token", text);
    return { store: new SecretStore(folder), path: join(folder, "secrets/own-token") };
  };

  test.each(["word\n", "word\r\n\r\n", "word"])(
    "%j is read without a line break at its end, by everyone",
    (text) => {
      const { store, path } = given(text);
      const whole = store.fileOf("url", ["redis://:", { secret: "own-token", as: "value" }, "@redis"]);

      expect([store.value("own-token"), readFileSync(path, "utf8")]).toEqual(["word", "word"]);
      expect(readFileSync(whole.secretFile, "utf8")).toBe("redis://:word@redis");
      expect(readFileSync(store.file("own-token").secretFile, "utf8")).toBe("word");
    },
  );

  test("is percent-encoded in the middle of a URL, so that the URL's reader gets the same", () => {
    const word = "a:b/c?d@e#f%20 ü&";
    const { store } = given(word);
    const { secretFile } = store.fileOf("url", [
      "redis://u:",
      { secret: "own-token", as: "url" },
      "@redis:6379/0",
    ]);
    const { password, host } = new URL(readFileSync(secretFile, "utf8"));

    expect([decodeURIComponent(password), host]).toEqual([word, "redis:6379"]);
  });

  test("is read as it is otherwise", () => {
    const { store } = given(" two\nlines ");

    expect([store.value("own-token"), store.value("own-token")]).toEqual([" two\nlines ", " two\nlines "]);
  });

  test.each(["", "\n"])("%j is refused: nobody would be kept out by it", async (text) => {
    const { store, path } = given(text);

    expect(await errorText(() => store.value("own-token"))).toBe(
      [
        `${path}: empty, and a secret cannot be`,
        "  → bring back what stood in it",
        "  → or remove the file: the next run makes a new one, which data that was made with the old one may not know",
      ].join("\n"),
    );
  });
});

describe("a secret", () => {
  test("has 256 bits that are safe in an address, and another value under another name", () => {
    const store = new SecretStore(home());
    const [a, b] = [store.value("a"), store.value("b")];

    expect(a).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(a, "base64url")).toHaveLength(32);
    expect(b).not.toBe(a);
  });

  test("is made once: this store and the next one read it back", () => {
    const folder = home();
    const first = new SecretStore(folder).value("a");

    expect([
      new SecretStore(folder).value("a"),
      readFileSync(new SecretStore(folder).path("a"), "utf8"),
    ]).toEqual([first, first]);
  });

  test("can be read by its owner only, and so can everything made of it", () => {
    const folder = home();
    const store = new SecretStore(folder);
    store.mosquittoHash("a");
    store.derivedFile("redis/users.acl", "x");

    expect({ home: mode(folder), ...modes(folder) }).toEqual({
      home: "700",
      secrets: "700",
      "secrets/a": "400",
      "secrets/hash-key": "400",
      hashes: "700",
      [`hashes/a-${store.keyedHash(store.value("a"))}`]: "400",
      files: "700",
      "files/redis": "700",
      "files/redis/users.acl": "400",
    });
  });

  test("closes a home that stood open", () => {
    const folder = home();
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    new SecretStore(folder).value("a");

    expect(mode(folder)).toBe("700");
  });

  test("is the same for four processes that ask for it at once", async () => {
    const folder = home();
    const start = Date.now() + 1000;
    const child = program(`
      while (Date.now() < ${start});
      for (let i = 0; i < 60; i++) console.log(store.value("s" + i), store.mosquittoHash("s" + i));`);
    const answers = await Promise.all(Array.from({ length: 4 }, () => run(child, folder)));
    const store = new SecretStore(folder);
    const kept = Array.from(
      { length: 60 },
      (_, i) => `${store.value(`s${i}`)} ${store.mosquittoHash(`s${i}`)}\n`,
    );

    expect(new Set(answers)).toEqual(new Set([kept.join("")]));
    expect(Object.keys(modes(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  }, 30_000);
});

describe("a hash", () => {
  test("for mosquitto can be verified with the password, and stays as it is", () => {
    const store = new SecretStore(home());
    const line = store.mosquittoHash("a");
    const [, kind, iterations, salt = "", hash] = line.split("$");
    const expected = pbkdf2Sync(store.value("a"), Buffer.from(salt, "base64"), 101, 64, "sha512");

    expect({ kind, iterations, hash, salt: Buffer.from(salt, "base64").length }).toEqual({
      kind: "7",
      iterations: "101",
      hash: expected.toString("base64"),
      salt: 12,
    });
    expect(store.mosquittoHash("a")).toBe(line);
  });

  test("follows a secret that was changed on disk, but not in the middle of a synthesis", () => {
    const folder = home();
    const hashes = (store: SecretStore) => [
      store.mosquittoHash("a"),
      store.redisHash("a"),
      store.keyedHash(store.value("a")),
    ];
    const first = new SecretStore(folder);
    const before = hashes(first);
    overwrite(first.path("a"), "another");
    const after = hashes(new SecretStore(folder));

    expect(hashes(first)).toEqual(before);

    expect(after.map((hash, index) => hash === before[index])).toEqual([false, false, false]);
    expect(after[1]).toBe(`#${createHash("sha256").update("another").digest("hex")}`);
  });

  test("of a text is 12 digits keyed by the deployment: two deployments never show that they share a value", () => {
    const folder = home();
    const [one, two] = [new SecretStore(folder), new SecretStore(home())];

    expect(one.keyedHash("x")).toMatch(/^[0-9a-f]{12}$/);
    expect(one.keyedHash("x")).toBe(new SecretStore(folder).keyedHash("x"));
    expect(one.keyedHash("x")).not.toBe(two.keyedHash("x"));
  });
});

describe("a derived file", () => {
  test("is left alone when it says the same already, and replaced when not", () => {
    const store = new SecretStore(home());
    const path = store.derivedFile("redis/users.acl", "one");
    const first = statSync(path);
    store.derivedFile("redis/users.acl", "one");
    const second = statSync(path);
    store.derivedFile("redis/users.acl", "two");

    expect([second.ino, second.mtimeMs]).toEqual([first.ino, first.mtimeMs]);
    expect({ text: readFileSync(path, "utf8"), mode: mode(path) }).toEqual({ text: "two", mode: "400" });
  });
});

describe("what cannot be written", () => {
  test("is an error that names the file, the reason and the remedy", async () => {
    const file = write(temporaryFolder(), "file", "");

    expect(await errorText(() => new SecretStore(file).value("a"))).toBe(
      [
        `${file}/secrets/a: cannot be read (ENOTDIR: not a directory, open '${file}/secrets/a')`,
        "  → run as the user who made this deployment",
      ].join("\n"),
    );
  });

  test("leaves no half of a file behind", async () => {
    const folder = home();
    const attempt = (call: string) => `try { ${call} } catch (error) { console.log(error.render()); }`;
    const body = `${attempt('store.value("a")')}\n${attempt('store.derivedFile("b", "text")')}`;
    // A file size limit of 0 fails in the middle of a write, as a full disk does.
    const output = await run(program(body), folder, "ulimit -f 0;");

    expect(output.replaceAll(folder, "HOME")).toBe(
      [
        "HOME/secrets/a: cannot be written (EFBIG: file too large, write)",
        "  → check the folder's owner and mode",
        "HOME/files/b: cannot be written (EFBIG: file too large, write)",
        "  → check the folder's owner and mode\n",
      ].join("\n"),
    );
    expect(Object.keys(modes(folder))).toEqual(["files", "secrets"]);
    expect(existsSync(join(folder, "secrets", "a"))).toBe(false);
  });
});
