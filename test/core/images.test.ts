import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../core/errors.ts";
import { contextFiles } from "../../core/image-context.ts";
import { imageRecipes, userImageRecipe, userImageRecipes } from "../../core/images.ts";

let root: string;
const digest = `sha256:${"d".repeat(64)}`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "exploreiot-test-"));
  lock({});
  write("images/base/rootfs.sh", "make it");
  for (const name of ["python", "node", "postgres", "redis", "mosquitto"])
    write(`images/${name}/Dockerfile`, `# ${name}`);
  for (const name of ["backend", "frontend"]) write(`apps/${name}/Dockerfile`, `# ${name}`);
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  return join(root, path);
}

/** Every image of `digests` is pinned, the others are not. */
function lock(digests: Readonly<Record<string, string>>): void {
  const names = {
    ...{ base: "debian", python: "python", node: "node", postgres: "postgres", redis: "redis" },
    mosquitto: "eclipse-mosquitto",
  };
  const pin = ([name, ref]: readonly string[]) =>
    `FROM ${ref}:1${digests[name as string] ? `@${digests[name as string]}` : ""} AS ${name}\n`;
  write("images/lock.json", '{"debian":{"suite":"trixie","refreshed":"2026-11-22"}}');
  write("images/upstream.Dockerfile", `# official images\n\n${Object.entries(names).map(pin).join("")}`);
}

const redisTag = (settings = {}) =>
  imageRecipes(root, ["redis"], { source: "auto", ...settings }).at(-1)?.tag;
const names = (recipes: readonly { tag: string }[]) => recipes.map(({ tag }) => tag.replace(/:.*/, ""));

function errorOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error.render();
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("tag", () => {
  test("is the image's name and 16 hex digits", () => {
    expect(redisTag()).toMatch(/^exploreiot\/redis:[0-9a-f]{16}$/);
  });

  test.each<[string, () => void]>([
    ["a new modification time", () => utimesSync(join(root, "images/redis/Dockerfile"), 1, 1)],
    ["group and other permissions", () => chmodSync(join(root, "images/redis/Dockerfile"), 0o600)],
    ["a file in ca/", () => write("images/redis/ca/extra.crt", "PEM")],
    ["an ignored file", () => write("images/redis/notes.md", "new")],
    ["a file in node_modules", () => write("images/redis/node_modules/x/index.js", "new")],
    ["the kit's own state", () => write("images/redis/.exploreiot/secret", "new")],
    ["another image's file", () => write("images/postgres/Dockerfile", "new")],
    ["a resolved digest for another image", () => lock({ postgres: digest })],
  ])("is not changed by %s", (_, change) => {
    write("images/redis/.dockerignore", "*.md");
    const before = redisTag();
    change();
    expect(redisTag()).toBe(before);
  });

  test.each<[string, () => void]>([
    ["a byte of the Dockerfile", () => write("images/redis/Dockerfile", "# Redis")],
    ["a byte of a file", () => write("images/redis/start.sh", "bye")],
    ["the executable bit", () => chmodSync(join(root, "images/redis/start.sh"), 0o755)],
    ["a new file", () => write("images/redis/more.sh", "")],
    [
      "a link instead of a file",
      () => {
        rmSync(join(root, "images/redis/start.sh"));
        symlinkSync("elsewhere", join(root, "images/redis/start.sh"));
      },
    ],
    ["a byte of the parent", () => write("images/base/rootfs.sh", "make it well")],
    [
      "a refresh of Debian",
      () => write("images/lock.json", '{"debian":{"suite":"trixie","refreshed":"2027-01-01"}}'),
    ],
    ["a resolved digest", () => lock({ redis: digest })],
  ])("is changed by %s", (_, change) => {
    write("images/redis/start.sh", "run");
    chmodSync(join(root, "images/redis/start.sh"), 0o644);
    const before = redisTag();
    change();
    expect(redisTag()).not.toBe(before);
  });

  test("is changed by another Debian archive, not by another registry mirror", () => {
    expect(redisTag({ debianMirror: "http://deb.example/debian" })).not.toBe(redisTag());
    expect(redisTag({ registryMirror: "registry.example" })).toBe(redisTag());
  });

  test("differs between the sources once there is a choice, so that none passes for the other", () => {
    lock({ redis: digest });
    const tags = (["auto", "packages", "registry"] as const).map((source) => redisTag({ source }));
    expect(new Set(tags).size).toBe(3);
  });
});

describe("recipes", () => {
  test("stand once each, parents first", () => {
    const recipes = imageRecipes(root, ["frontend", "backend", "postgres"], { source: "auto" });
    expect(names(recipes)).toEqual(
      ["base", "python", "node-build", "node", "frontend", "backend", "postgres"].map(
        (name) => `exploreiot/${name}`,
      ),
    );
    for (const [index, { parents }] of recipes.entries()) {
      const earlier = recipes.slice(0, index).map(({ tag }) => tag);
      expect(earlier).toEqual(expect.arrayContaining([...parents]));
    }
  });

  test("say all that a builder needs", () => {
    const [base, redis] = imageRecipes(root, ["redis"], {
      source: "packages",
      debianMirror: "http://deb.example/debian/",
    });
    expect(base).toEqual({
      tag: base?.tag,
      context: "images/base",
      buildArgs: {},
      parents: [],
      rootfs: {
        suite: "trixie",
        mirror: "http://deb.example/debian",
        securityMirror: "http://deb.example/debian-security",
        epoch: 1795305600,
      },
      source: "packages",
    });
    const BASE = base?.tag;
    expect(redis).toEqual({
      tag: redis?.tag,
      context: "images/redis",
      buildArgs: { BASE },
      parents: [BASE],
      source: "packages",
    });
  });

  test("tell a pinned image's digest under auto, and how to build it", () => {
    lock({ redis: digest });
    const redis = imageRecipes(root, ["redis"], { source: "auto" }).at(-1);
    expect(redis?.pull).toBe(`redis@${digest}`);
    expect(redis?.parents.length).toBe(1);
  });

  test("name an official image that has no digest, since it is not pulled", () => {
    const [base, redis] = imageRecipes(root, ["redis"], { source: "auto" });
    expect([base?.unpinned, redis?.unpinned, redis?.pull]).toEqual(["debian:1", "redis:1", undefined]);
  });

  test("of the image that builds the frontend have the pin of the one that runs it", () => {
    lock({ node: digest });
    const pulls = imageRecipes(root, ["frontend"], { source: "auto" }).map(({ pull }) => pull);
    expect(pulls.filter(Boolean)).toEqual([`node@${digest}`, `node@${digest}`]);
  });

  test("of source registry have no parents to build, and go through the mirror", () => {
    lock({ redis: digest });
    const recipes = imageRecipes(root, ["redis"], {
      source: "registry",
      registryMirror: "registry.example/hub",
    });
    expect(recipes.map(({ pull, parents }) => ({ pull, parents }))).toEqual([
      { pull: `registry.example/hub/library/redis@${digest}`, parents: [] },
    ]);
  });

  test("of source registry are refused without a digest, all at once", () => {
    lock({ redis: digest });
    expect(errorOf(() => imageRecipes(root, ["redis", "postgres", "backend"], { source: "registry" }))).toBe(
      [
        'images.source: "registry" takes images by digest only, and images/upstream.Dockerfile has no digest for postgres (postgres:1), base (debian:1)',
        "  → run `exploreiot images lock` on a machine that reaches a registry",
        '  → or set images.source to "auto" or "packages", which build the images from packages',
      ].join("\n"),
    );
  });
});

describe("user image", () => {
  test("is hashed like the kit's own and built on the kit's images it names", () => {
    write("examples/own/Dockerfile", "ARG BASE");
    const args = { BASE: [{ image: "python" }], MODE: ["fa", "st"] } as const;
    const recipes = userImageRecipes(root, { context: "examples/own", args }, "demo-backend");
    const [, python, own] = recipes;
    expect(names(recipes)).toEqual(["exploreiot/base", "exploreiot/python", "exploreiot/demo-backend"]);
    expect(own).toEqual({
      tag: own?.tag,
      context: "examples/own",
      buildArgs: { BASE: python?.tag, MODE: "fast" },
      parents: [python?.tag],
      source: "auto",
    });
    expect(userImageRecipe(root, { context: "examples/own", args }, "demo-backend")).toEqual(own);
  });

  test("may lie next to the project and use another Dockerfile", () => {
    const build = { context: join(root, "apps/backend"), dockerfile: "other.Dockerfile" };
    write("apps/backend/other.Dockerfile", "FROM scratch");
    const recipe = userImageRecipe(join(root), build, "demo-backend");
    expect([recipe.context, recipe.dockerfile]).toEqual(["apps/backend", "other.Dockerfile"]);
    expect(recipe.tag).not.toBe(userImageRecipe(root, { context: "apps/backend" }, "demo-backend").tag);
  });

  const REMEDY =
    "  → build.context names a folder of this machine, relative to the site file; build.dockerfile a file, relative to that folder (default: Dockerfile)";

  test("is refused without a Dockerfile", () => {
    write("examples/own/readme", "");
    expect(errorOf(() => userImageRecipe(root, { context: "examples/own" }, "demo-backend"))).toBe(
      `build of demo-backend: examples/own/Dockerfile: no such file or folder\n${REMEDY}`,
    );
  });

  test("is refused without its folder, and for the address of a repository", () => {
    for (const context of ["examples/nothing", "https://example.org/a.git"])
      expect(errorOf(() => userImageRecipe(root, { context }, "demo-backend"))).toBe(
        `build of demo-backend: ${context.replace("//", "/")}: no such folder\n${REMEDY}`,
      );
  });
});

describe("context files", () => {
  const seen = (rules: string) => {
    write("context/.dockerignore", rules);
    return contextFiles(join(root, "context")).map(({ path }) => path);
  };

  beforeEach(() => {
    for (const path of ["a.txt", "b.md", "sub/a.txt", "sub/b.md", "sub/deep/c.md", "docs/x.md"])
      write(`context/${path}`, "");
  });

  test.each([
    ["*.md", ["a.txt", "docs/x.md", "sub/a.txt", "sub/b.md", "sub/deep/c.md"]],
    ["**/*.md", ["a.txt", "sub/a.txt"]],
    ["/sub/", ["a.txt", "b.md", "docs/x.md"]],
    ["sub\n!sub/deep", ["a.txt", "b.md", "docs/x.md", "sub/deep/c.md"]],
    ["*\n!a.txt", ["a.txt"]],
    ["# a.txt\n\n?.txt", ["b.md", "docs/x.md", "sub/a.txt", "sub/b.md", "sub/deep/c.md"]],
    ["[ab].*", ["docs/x.md", "sub/a.txt", "sub/b.md", "sub/deep/c.md"]],
  ])("of .dockerignore %j are %j", (rules, expected) => {
    expect(seen(rules)).toEqual(expected);
  });

  test("are no sockets and pipes, which a program left there", () => {
    execFileSync("mkfifo", [join(root, "context/queue")]);
    expect(seen("*\n!a.txt\n!queue")).toEqual(["a.txt"]);
  });

  // A build of the page next to `up` changed the image's hash by a file that the build had written.
  test.each(["apps/backend", "apps/frontend"])("of %s are never what Git ignores there", (folder) => {
    const ignored = readFileSync(join(folder, ".gitignore"), "utf8").split("\n").filter(Boolean);
    for (const name of [".dockerignore", ".gitignore"])
      write(`${folder}/${name}`, readFileSync(join(folder, name), "utf8"));
    for (const rule of ignored.filter((line) => !line.startsWith("!")))
      write(`${folder}/${rule.replace("*", "left").replace(/\/$/, "/left.txt")}`, "");
    const paths = contextFiles(join(root, folder)).map(({ path }) => path);
    expect(paths.filter((path) => ![".gitignore", "Dockerfile"].includes(path))).toEqual([]);
  });
});
