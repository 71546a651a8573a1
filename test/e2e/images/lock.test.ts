import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createProxy, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ImageRecipe } from "../../../core/image-recipe.ts";
import { imageRecipes } from "../../../core/images.ts";
import { lockImages } from "../../../runners/images/lock.ts";
import { run } from "../../../runners/run.ts";
import { startRegistry } from "../../support/registry.ts";
import { answers, errorOf, hasEngine, inspect, TinyProject } from "./tiny.ts";

// Debian's package docker-registry; a registry of one's own is the only way to try a pull without the internet.
const hasRegistry = hasEngine && (await answers(["docker-registry", "--version"]));

let project: TinyProject;
let mirror: string;
let stopRegistry: () => Promise<void>;

beforeEach(async () => {
  project = await TinyProject.create();
  if (hasRegistry) ({ address: mirror, stop: stopRegistry } = await startRegistry(project.root));
});

afterEach(async () => {
  if (hasRegistry) await stopRegistry();
  await project.remove();
});

/** Answers in the registry's place as long as `refuse` has something to say: what it returns, or nothing. */
async function inFrontOf(
  registry: string,
  refuse: (path: string, login?: string) => [number, Record<string, string>] | undefined,
) {
  const [hostname, port] = registry.split(":");
  const proxy = createProxy((asked, answer) => {
    const refusal = refuse(asked.url as string, asked.headers.authorization);
    if (refusal !== undefined) return void answer.writeHead(...refusal).end();
    const { method, headers, url: path } = asked;
    const onward = request({ hostname, port, method, headers, path }, (got) => {
      answer.writeHead(got.statusCode as number, got.headers);
      got.pipe(answer);
    });
    asked.pipe(onward);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await once(proxy, "listening");
  return `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

const official = (name: string) => `${mirror}/library/${name}:7`;

/** Pushes an image that is here under its own tag, and forgets that tag. */
async function push(tag: string, published: string): Promise<void> {
  await run(["docker", "tag", tag, published]);
  await run(["docker", "push", "--quiet", published]);
  await run(["docker", "image", "rm", published]);
}

/** Puts a tiny image into the registry as the official redis, for each platform, and forgets it; its id. */
async function publishRedis(platforms: readonly string[] = ["amd64", "arm64"], more = ""): Promise<string> {
  const { tag } = await project.app(`FROM scratch\nCOPY hello /hello\n${more}`);
  await run(["docker", "build", `--tag=${tag}`, join(project.root, "app")], {
    env: { DOCKER_BUILDKIT: "0" },
  });
  const id = await inspect(tag, "{{.Id}}");
  await publish(tag, platforms);
  return id;
}

async function publish(tag: string, platforms: readonly string[]): Promise<void> {
  const list = project.remember({ tag: official("redis") }).tag;
  const parts = platforms.map((platform) => `${list}-${platform}`);
  for (const part of parts) await push(tag, part);
  const manifest = ["docker", "manifest"] as const;
  const env = { DOCKER_CONFIG: join(project.root, "client") };
  for (const [index, platform] of platforms.entries()) {
    // One image each, but for what the index says of it: a list may name the same one twice.
    const part = parts[index] as string;
    await run([...manifest, "create", "--amend", "--insecure", list, part], { env });
    await run([...manifest, "annotate", "--os=linux", `--arch=${platform}`, list, part], { env });
  }
  await run([...manifest, "push", "--purge", "--insecure", list], { env });
  await run(["docker", "image", "rm", tag]);
}

async function writePins(text: string): Promise<string> {
  await project.write("images/redis/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
  await project.write("images/base/rootfs.sh", "false");
  await project.write("images/upstream.Dockerfile", text);
  return join(project.root, "images/upstream.Dockerfile");
}

const REDIS = "# why\nFROM redis:7 AS redis\n";
const lock = (file: string) =>
  lockImages({ file, registryMirror: mirror, report: (line) => project.lines.push(line) });
const redis = (source: "auto" | "registry", registryMirror = mirror) =>
  project.remember(imageRecipes(project.root, ["redis"], { source, registryMirror }).at(-1) as ImageRecipe);

/** The pinned image is in the registry, and nowhere else. */
async function pinned(more = ""): Promise<string> {
  const id = await publishRedis(undefined, more);
  const [image] = await lock(await writePins(REDIS));
  await run(["docker", "image", "rm", official("redis")]);
  await run(["docker", "image", "rm", "--force", `${mirror}/library/redis@${image?.digest}`], {
    expected: [0, 1],
  });
  return id;
}

describe.skipIf(!hasRegistry)("with a registry", { timeout: 60_000 }, () => {
  test("pins the digest of the index, and says what changed", async () => {
    await publishRedis();
    const file = await writePins(REDIS);
    const [first] = await lock(file);
    const digest = first?.digest as string;
    const answer = await fetch(`http://${mirror}/v2/library/redis/manifests/7`, {
      method: "HEAD",
      headers: { accept: "application/vnd.docker.distribution.manifest.list.v2+json" },
    });

    expect(digest).toBe(answer.headers.get("docker-content-digest"));
    expect(first).toEqual({ name: "redis", reference: official("redis"), digest, isChanged: true });
    expect(await readFile(file, "utf8")).toBe(`# why\nFROM redis:7@${digest} AS redis\n`);
    expect((await lock(file)).map(({ isChanged }) => isChanged)).toEqual([false]);
  });

  test("pulls what is pinned, and knows it again, even after save and load", async () => {
    await pinned();
    const recipe = redis("registry");
    expect(await project.ensure([recipe])).toEqual(["pulled"]);
    expect(await inspect(recipe.tag, '{{index .Config.Labels "exploreiot.context"}}')).toBe(
      recipe.tag.replace(/.*:/, ""),
    );
    expect(await project.ensure([recipe])).toEqual(["present"]);
    const archive = join(project.root, "saved.tar");
    const id = await inspect(recipe.tag, "{{.Id}}");
    await run(["docker", "save", "--output", archive, recipe.tag]);
    await run(["docker", "image", "rm", "--force", id]);
    await run(["docker", "load", "--input", archive]);
    expect(await inspect(recipe.tag, "{{json .RepoDigests}}")).toBe("[]");
    expect(await project.ensure([recipe])).toEqual(["present"]);
  });

  test("says how many bytes have arrived", async () => {
    await project.write("app/large", randomBytes(30_000_000).toString("latin1"));
    await pinned("COPY large /large\n");
    await project.ensure([redis("registry")]);
    const said = project.lines.flatMap(
      (line) => /^redis: ([\d.]+) of ([\d.]+) MB$/.exec(line)?.slice(1).map(Number) ?? [],
    );
    const [arrived, total] = said.slice(-2);

    expect(said.length).toBeGreaterThanOrEqual(4);
    expect(arrived).toBe(total);
    expect(total).toBeGreaterThanOrEqual(30);
  });

  test("tries again where the registry is overloaded", async () => {
    await pinned();
    let left = 2;
    const front = await inFrontOf(mirror, (path) =>
      path.includes("/manifests/") && left-- > 0 ? [503, {}] : undefined,
    );
    expect(await project.ensure([redis("registry", front)])).toEqual(["pulled"]);
    expect(project.lines.filter((line) => line.endsWith("; trying again"))).not.toEqual([]);
  });

  test("logs in with what docker login has kept", async () => {
    await pinned();
    const front = await inFrontOf(mirror, (_, login) =>
      login === `Basic ${btoa("ann:pass:word")}`
        ? undefined
        : [401, { "www-authenticate": 'Basic realm="test"' }],
    );
    await project.write(
      "client/config.json",
      JSON.stringify({ auths: { [front]: { auth: btoa("ann:pass:word") } } }),
    );
    expect((await errorOf(project.ensure([redis("registry", front)]))).split("\n")[1]).toMatch(
      /no basic auth credentials/,
    );
    vi.stubEnv("DOCKER_CONFIG", join(project.root, "client"));
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await project.ensure([redis("registry", front)])).toEqual(["pulled"]);
  });

  test("changes nothing when one image cannot be resolved, and names each", async () => {
    await publishRedis();
    const text = `${REDIS}FROM absent:7 AS absent\nFROM missing:7 AS missing\n`;
    const file = await writePins(text);
    const message = await errorOf(lock(file));
    expect(message.split("\n").filter((line) => !line.startsWith("  "))).toEqual([
      "images/upstream.Dockerfile: nothing was changed",
      `${official("absent")}: docker pull failed`,
      `${official("missing")}: docker pull failed`,
    ]);
    expect(message).toContain("manifest unknown");
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test("pins no image that is not there for both platforms", async () => {
    await publishRedis(["amd64"]);
    expect(await errorOf(lock(await writePins(REDIS)))).toBe(
      [
        "images/upstream.Dockerfile: nothing was changed",
        `${official("redis")}: not there for linux/arm64; allowed: an index with linux/amd64 and linux/arm64`,
        "  → name a tag in images/upstream.Dockerfile that is published for both",
      ].join("\n"),
    );
  });

  test("pins no image that nobody has made again for two months", async () => {
    const said = (days: number) =>
      `${official("redis")}: made ${days} days ago; allowed: 60, since a tag that is still published is made again before`;
    const old = await project.rootfs('cd "$(dirname "$1")"; echo hi >hi; tar -cf "$1" hi\n');
    await project.ensure([old]);
    await publish(old.tag, ["amd64", "arm64"]);
    // Of 1970; a day may begin meanwhile.
    const today = () => Math.floor(Date.now() / 86_400_000);
    const first = today();
    const [, second] = (await errorOf(lock(await writePins(REDIS)))).split("\n");
    expect([first, today()].map(said)).toContain(second);
  });

  test("builds under auto, and refuses under registry, when the pinned image is not to be had", async () => {
    await writePins(`FROM redis:7@sha256:${"0".repeat(64)} AS redis\n`);
    const recipe = redis("auto");
    expect(await project.ensure([{ ...recipe, parents: [] }])).toEqual(["built"]);
    expect(project.lines[1]).toMatch(/^redis: building: not pulled: .*manifest unknown/);
    const { pull } = redis("registry");
    const [first, ...rest] = (await errorOf(project.ensure([redis("registry")]))).split("\n");
    expect(first).toBe(`${pull}: docker pull failed`);
    expect(rest.at(-1)).toBe(
      "  → check images/upstream.Dockerfile and images.registryMirror; `exploreiot images lock` pins again",
    );
  });

  test("asks a registry that was not reached once, and builds all", async () => {
    await writePins(
      `FROM redis:7@sha256:${"0".repeat(64)} AS redis\nFROM debian:1@sha256:${"1".repeat(64)} AS base\n`,
    );
    await stopRegistry();
    const recipe = redis("auto");
    const twice = [
      recipe,
      { ...recipe, tag: project.remember({ tag: recipe.tag.replace("redis", "redis-2") }).tag },
    ];
    expect(await project.ensure(twice.map((one) => ({ ...one, parents: [] })))).toEqual(["built", "built"]);
    expect(project.lines.filter((line) => line.includes(": pulling "))).toHaveLength(1);
    expect(
      project.lines.filter((line) => /: building: not pulled: .*connection refused/.test(line)),
    ).toHaveLength(2);
  });
});
