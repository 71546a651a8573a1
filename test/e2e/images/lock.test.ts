import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ImageRecipe } from "../../../core/image-recipe.ts";
import { type ImageLock, imageRecipes } from "../../../core/images.ts";
import { lockImages } from "../../../engines/images/lock.ts";
import { run } from "../../../engines/run.ts";
import { answers, errorOf, hasEngine, inspect, TinyProject } from "./tiny.ts";

// Debian's package docker-registry; a registry of one's own is the only way to try a pull without the internet.
const hasRegistry = hasEngine && (await answers(["docker-registry", "--version"]));

let project: TinyProject;
let mirror: string;
let stopRegistry: () => Promise<void>;

beforeEach(async () => {
  project = await TinyProject.create();
  if (hasRegistry) ({ mirror, stop: stopRegistry } = await startRegistry(project));
});

afterEach(async () => {
  if (hasRegistry) await stopRegistry();
  await project.remove();
});

async function startRegistry({ root, write }: TinyProject) {
  const address = `127.0.0.1:${await freePort()}`;
  const storage = `storage: { filesystem: { rootdirectory: ${root}/registry } }`;
  await write.call(project, "registry.yml", `version: 0.1\n${storage}\nhttp: { addr: "${address}" }\n`);
  const controller = new AbortController();
  const server = run(["docker-registry", "serve", join(root, "registry.yml")], {
    signal: controller.signal,
  }).catch(() => {});
  const isUp = () =>
    fetch(`http://${address}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(isUp, { timeout: 10_000 }).toBe(true);
  const stop = async () => {
    controller.abort();
    await server;
  };
  return { mirror: address, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Puts a tiny image into the registry as the upstream redis, and forgets it; its id. */
async function publishRedis(): Promise<string> {
  const { tag } = await project.app("FROM scratch\nCOPY hello /hello\n");
  await run(["docker", "build", `--tag=${tag}`, join(project.root, "app")], {
    env: { DOCKER_BUILDKIT: "0" },
  });
  const published = project.remember({ tag: `${mirror}/library/redis:7` }).tag;
  await run(["docker", "tag", tag, published]);
  await run(["docker", "push", "--quiet", published]);
  const id = await inspect(tag, "{{.Id}}");
  await run(["docker", "image", "rm", tag, published]);
  return id;
}

async function writeLock(names: readonly string[]): Promise<string> {
  const entry = (ref: string) => [ref, { ref, tag: "7", indexDigest: null, images: {} }];
  const debian = { suite: "bookworm", refreshed: "2026-11-22" };
  await project.write("images/redis/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
  await project.write("images/base/rootfs.sh", "false");
  await project.write(
    "images/lock.json",
    JSON.stringify({ debian, upstream: Object.fromEntries(names.map(entry)) }),
  );
  return join(project.root, "images/lock.json");
}

const lock = (file: string) =>
  lockImages({ file, registryMirror: mirror, report: (line) => project.lines.push(line) });
const redis = (source: "auto" | "registry") =>
  project.remember(
    imageRecipes(project.root, ["redis"], { source, registryMirror: mirror }).at(-1) as ImageRecipe,
  );

describe.skipIf(!hasRegistry)("with a registry", { timeout: 60_000 }, () => {
  test("pins the digest of the index and the image id, and says what changed", async () => {
    const id = await publishRedis();
    const file = await writeLock(["redis"]);
    const [first] = await lock(file);
    const digest = first?.digest as string;
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(first).toEqual({ name: "redis", reference: `${mirror}/library/redis:7`, digest, isChanged: true });
    const written = JSON.parse(await readFile(file, "utf8")) as ImageLock;
    const platform = await inspect(`${mirror}/library/redis:7`, "{{.Os}}/{{.Architecture}}");
    expect(written.upstream).toEqual({
      redis: { ref: "redis", tag: "7", indexDigest: digest, images: { [platform]: id } },
    });
    expect((await lock(file)).map(({ isChanged }) => isChanged)).toEqual([false]);
  });

  test("pulls what is pinned, and knows it again, even after save and load", async () => {
    const id = await publishRedis();
    await lock(await writeLock(["redis"]));
    await run(["docker", "image", "rm", `${mirror}/library/redis:7`]);
    const recipe = redis("registry");
    expect(await project.ensure([recipe])).toEqual(["pulled"]);
    expect(await inspect(recipe.tag, "{{.Id}}")).toBe(id);
    expect(await project.ensure([{ ...recipe, pullIds: {} }])).toEqual(["present"]);
    const archive = join(project.root, "saved.tar");
    await run(["docker", "save", "--output", archive, recipe.tag]);
    await run(["docker", "image", "rm", "--force", id]);
    await run(["docker", "load", "--input", archive]);
    expect(await inspect(recipe.tag, "{{json .RepoDigests}}")).toBe("[]");
    expect(await project.ensure([recipe])).toEqual(["present"]);
  });

  test("changes nothing when one image cannot be resolved, and names each", async () => {
    await publishRedis();
    const file = await writeLock(["redis", "absent", "missing"]);
    const before = await readFile(file, "utf8");
    const message = await errorOf(lock(file));
    expect(message.split("\n").filter((line) => !line.startsWith("  "))).toEqual([
      "images/lock.json: nothing was changed",
      `${mirror}/library/absent:7: docker pull failed`,
      `${mirror}/library/missing:7: docker pull failed`,
    ]);
    expect(message).toContain("manifest unknown");
    expect(await readFile(file, "utf8")).toBe(before);
  });

  test("builds under auto, and refuses under registry, when the pinned image is not to be had", async () => {
    const file = await writeLock(["redis"]);
    const pinned = (await readFile(file, "utf8")).replace("null", `"sha256:${"0".repeat(64)}"`);
    await project.write("images/lock.json", pinned);
    const recipe = redis("auto");
    expect(await project.ensure([{ ...recipe, parents: [] }])).toEqual(["built"]);
    expect(project.lines[1]).toMatch(/^redis: not pulled, building instead: .*manifest unknown/);
    const { tag, pull } = redis("registry");
    const [first, ...rest] = (await errorOf(project.ensure([redis("registry")]))).split("\n");
    expect(first).toBe(`${tag}: docker pull ${pull} failed`);
    expect(rest.at(-1)).toBe(
      "  → check images/lock.json and images.registryMirror; `exploreiot images lock` pins again",
    );
  });
});
