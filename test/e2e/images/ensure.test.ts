import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageRecipes } from "../../../core/images.ts";
import { run } from "../../../runners/run.ts";
import { until } from "../../support/until.ts";
import { answers, errorOf, hasEngine, inspect, TinyProject } from "./tiny.ts";

const projectRoot = join(import.meta.dirname, "../../..");
const base = imageRecipes(projectRoot, ["base"], { source: "auto" }).at(-1)?.tag as string;
const hasBase = await answers(["docker", "image", "inspect", base]);
const fromScratch = "FROM scratch\nCOPY hello /hello\n";
const exists = (tag: string) => answers(["docker", "image", "inspect", tag]);
const temporaryFiles = () => readdirSync(process.env.TMPDIR as string);

let project: TinyProject;
beforeEach(async () => {
  project = await TinyProject.create();
  process.env.TMPDIR = join(project.root, "tmp");
  mkdirSync(process.env.TMPDIR);
});
afterEach(async () => {
  delete process.env.TMPDIR;
  await project.remove();
});

describe.skipIf(!hasEngine)("with an engine", { timeout: 180_000 }, () => {
  test("builds what is missing, labelled, and says each step", async () => {
    const recipe = await project.app(fromScratch);
    const name = recipe.tag.replace(/^exploreiot\/|:.*/g, "");
    const hash = recipe.tag.replace(/.*:/, "");
    expect(await project.ensure([recipe])).toEqual(["built"]);
    expect(await inspect(recipe.tag, '{{index .Config.Labels "exploreiot.context"}}')).toBe(hash);
    expect(project.lines.slice(0, -1)).toEqual([
      `${name}: building: no official image stands in for it`,
      `${name}: step 1/3 FROM scratch`,
      `${name}: step 2/3 COPY hello /hello`,
      `${name}: step 3/3 LABEL exploreiot.context=${hash}`,
    ]);
    expect(project.lines.at(-1)).toMatch(new RegExp(`^${name}: built in \\d+\\.\\d s$`));
  });

  test("does nothing where the image is there", async () => {
    const recipe = await project.app(fromScratch);
    await project.ensure([recipe]);
    expect(await project.ensure([recipe])).toEqual(["present"]);
    expect(project.lines).toEqual([]);
  });

  test("builds again where the tag is on an image made from something else", async () => {
    const recipe = await project.app(fromScratch);
    await project.ensure([recipe]);
    const other = project.remember(await project.app(`${fromScratch}ENV other=1\n`));
    await run(["docker", "tag", recipe.tag, other.tag]);
    expect(await project.ensure([other])).toEqual(["built"]);
    expect(await inspect(other.tag, "{{json .Config.Env}}")).toContain("other=1");
  });

  test("builds a parent first, and only if something is built on it", async () => {
    const parent = await project.app(fromScratch);
    await project.write("child/Dockerfile", `FROM ${parent.tag}\nENV child=1\n`);
    const child = project.remember({
      ...parent,
      tag: parent.tag.replace(":", "-child:"),
      context: "child",
      parents: [parent.tag],
    });
    expect(await project.ensure([parent, child])).toEqual(["built", "built"]);
    await run(["docker", "image", "rm", "--no-prune", parent.tag]);
    expect(await project.ensure([parent, child])).toEqual(["unneeded", "present"]);
  });

  test("hands the builder exactly the hashed files and ca/", async () => {
    await project.write("app/.dockerignore", "secret*\nDockerfile\nca/\n");
    await project.write("app/secret.key", "x");
    await project.write("app/node_modules/x.js", "x");
    await project.write("app/bin/run", "x", 0o700);
    const recipe = await project.app("FROM scratch\nCOPY . /\n");
    await project.ensure([recipe]);
    const { stdout } = await run([
      "sh",
      "-c",
      'docker save "$1" | tar -xO --wildcards "*/layer.tar" | tar -tv',
      "sh",
      recipe.tag,
    ]);
    const files = stdout
      .trim()
      .split("\n")
      .map((line) => line.replace(/ .* /, " "));
    expect(files.filter((line) => line.startsWith("-")).sort()).toEqual(
      [
        "-rw-r--r-- ca/placeholder",
        "-rw-r--r-- hello",
        "-rwxr-xr-x bin/run",
        ...(process.env.NODE_EXTRA_CA_CERTS ? ["-rw-r--r-- ca/extra.crt"] : []),
      ].sort(),
    );
  });

  test("tells which step of a Dockerfile failed, and leaves neither tag nor temporary files", async () => {
    const recipe = await project.app(`${fromScratch}COPY missing /\n`);
    const message = await errorOf(project.ensure([recipe]));
    expect(message.split("\n")[0]).toBe(`${recipe.tag}: docker build failed at Step 3/4 : COPY missing /`);
    expect(message).toContain(
      "COPY failed: file not found in build context or excluded by .dockerignore: stat missing",
    );
    expect(message).toContain("\n  → fix app, then start again: finished steps are kept");
    expect(await exists(recipe.tag)).toBe(false);
    expect(temporaryFiles()).toEqual([]);
  });

  test.skipIf(!hasBase)(
    "shows the last words of a failing command and what to do about a dead network",
    async () => {
      const recipe = await project.app(
        `FROM ${base}\nRUN echo "Temporary failure resolving 'deb.example'"; exit 100\n`,
      );
      expect(await errorOf(project.ensure([recipe]))).toBe(
        [
          `${recipe.tag}: docker build failed at Step 2/3 : RUN echo "Temporary failure resolving 'deb.example'"; exit 100`,
          "  Temporary failure resolving 'deb.example'",
          `  The command '/bin/sh -c echo "Temporary failure resolving 'deb.example'"; exit 100' returned a non-zero code: 100`,
          "  → check the network: a build fetches Debian, PyPI and npm packages; images.debianMirror and HTTP_PROXY are honoured",
        ].join("\n"),
      );
    },
  );

  test.skipIf(!hasBase)("ends what is built next to one that fails, and tells of that one", async () => {
    const mark = randomUUID();
    const long = await project.app(`FROM ${base}\nCOPY hello /\nRUN sleep 60; : ${mark}\n`);
    // Fails while the other one sleeps: it waits for its own last step.
    await project.write("fails/Dockerfile", `FROM ${base}\nRUN sleep 3\nRUN exit 7\n`);
    const fails = project.remember({ ...long, tag: long.tag.replace(":", "-fails:"), context: "fails" });
    const message = await errorOf(project.ensure([long, fails]));

    expect(message.split("\n")[0]).toBe(`${fails.tag}: docker build failed at Step 3/4 : RUN exit 7`);
    expect(project.lines.some((line) => line.includes(mark))).toBe(true);
    expect(await exists(long.tag)).toBe(false);
    const containers = async () =>
      (await run(["docker", "ps", "--all", "--no-trunc", "--format={{.Command}}"])).stdout;
    await until("its container is gone", async () => !(await containers()).includes(mark));
  });

  test.skipIf(!hasBase)("interrupted in the middle of a step, leaves neither tag nor container", async () => {
    const mark = randomUUID();
    const recipe = await project.app(`FROM ${base}\nCOPY hello /\nRUN sleep 60; : ${mark}\n`);
    const controller = new AbortController();
    const work = errorOf(project.ensure([recipe], controller.signal));
    await until("the step begins", async () => project.lines.some((line) => line.includes(mark)));
    controller.abort();
    expect(await work).toBe(
      `${recipe.tag}: interrupted; nothing half-made was kept\n  → start again to go on: finished images and steps are not repeated`,
    );
    expect(await exists(recipe.tag)).toBe(false);
    const containers = async () =>
      (await run(["docker", "ps", "--all", "--no-trunc", "--format={{.Command}}"])).stdout;
    await until("its container is gone", async () => !(await containers()).includes(mark));
  });
});

describe.skipIf(!hasEngine)("root file system", { timeout: 180_000 }, () => {
  test("is loaded, labelled, and has the same id each time", async () => {
    const recipe = await project.rootfs(
      'cd "$(dirname "$1")"; echo hi >hi; tar --mtime=@0 --owner=0 --group=0 -cf "$1" hi\n',
    );
    expect(await project.ensure([recipe])).toEqual(["loaded"]);
    const id = await inspect(recipe.tag, "{{.Id}}");
    expect(await project.ensure([recipe])).toEqual(["present"]);
    await run(["docker", "image", "rm", recipe.tag]);
    expect(await project.ensure([recipe])).toEqual(["loaded"]);
    expect(await inspect(recipe.tag, "{{.Id}}")).toBe(id);
  });

  test("without mmdebstrap: says how to get it, and what else there is", async () => {
    const recipe = await project.rootfs("PATH=/nowhere\nexec mmdebstrap\n");
    const [first, , ...remedies] = (await errorOf(project.ensure([recipe]))).split("\n");
    expect(first).toBe(`${recipe.tag}: mmdebstrap failed`);
    expect(remedies).toEqual([
      "  → on Debian or Ubuntu: apt-get install mmdebstrap",
      "  → on any other system: `exploreiot images lock` where a registry is reached, so that the image can be pulled",
    ]);
  });

  test("interrupted, leaves neither tag nor temporary files", async () => {
    const recipe = await project.rootfs("exec sleep 60\n");
    const signal = AbortSignal.timeout(1500);
    expect(await errorOf(project.ensure([recipe], signal))).toContain(
      "interrupted; nothing half-made was kept",
    );
    expect(await exists(recipe.tag)).toBe(false);
    expect(temporaryFiles()).toEqual([]);
  });
});

test("without an engine, says so instead of building", async () => {
  const recipe = await project.app(fromScratch);
  process.env.DOCKER_HOST = "unix:///nowhere/docker.sock";
  try {
    expect(await errorOf(project.ensure([recipe]))).toMatch(
      /^Docker engine at unix:\/\/\/nowhere\/docker\.sock does not answer: .*\n {2}→ start it /,
    );
  } finally {
    delete process.env.DOCKER_HOST;
  }
});
