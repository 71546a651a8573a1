import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { pinsFile, readPins, withDigests } from "../../core/image-pins.ts";
import { run } from "../../runners/run.ts";
import { buildContractImage } from "../support/contract-images.ts";
import { docker, missing, titled } from "../support/e2e.ts";
import { startRegistry } from "../support/registry.ts";

/** End-to-end tests in which every image that is pulled does its work; both runners make the same containers of it. */
const FILES = [
  ["stack", "compose"],
  ["edge", "."],
  ["databases", "."],
  ["certificates", "."],
  ["postgres-roles", "."],
] as const;

/** Files that a checkout has for itself, or can share. */
const NOT_COPIED = /^(\.git|\.exploreiot|cdktf\.out|dist|(.*\/)?(node_modules|\.next|\.venv))$/;

const folder = mkdtempSync("/var/tmp/exploreiot-contract-");
const checkout = join(folder, "kit");
let mirror: string;
let stop: () => Promise<void>;

/** The digest under which the registry has an image from now on; the engine forgets it. */
async function publish(name: string, ref: string): Promise<string> {
  const tag = await buildContractImage(name);
  const published = `${mirror}/${ref.includes("/") ? ref : `library/${ref}`}:test`;
  await docker("tag", tag, published);
  await docker("push", "--quiet", published);
  const digests = JSON.parse(
    await docker("image", "inspect", "--format", "{{json .RepoDigests}}", published),
  ) as string[];
  await docker("image", "rm", published, tag);
  return (digests.find((digest) => digest.startsWith(mirror)) as string).replace(/.*@/, "");
}

describe.skipIf(missing.docker)(
  titled("with images that have what the official ones have", missing.docker),
  () => {
    beforeAll(async () => {
      mkdirSync(checkout);
      cpSync(projectRoot, checkout, {
        recursive: true,
        filter: (path) => !NOT_COPIED.test(relative(projectRoot, path)),
      });
      for (const place of ["", "apps/frontend"])
        symlinkSync(join(projectRoot, place, "node_modules"), join(checkout, place, "node_modules"));
      const registry = await startRegistry(folder);
      ({ stop, address: mirror } = registry);
      const digests: Record<string, string> = {};
      for (const [name, { ref }] of Object.entries(readPins(pinsFile(projectRoot))))
        digests[name] = await publish(name, ref);
      const file = pinsFile(checkout);
      writeFileSync(file, withDigests(readFileSync(file, "utf8"), digests));
    }, 900_000);
    afterAll(async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test.each(FILES)("the end-to-end tests pass: %s", { timeout: 900_000 }, async (name, pattern) => {
      const images = { source: "registry", registryMirror: mirror };
      const only = [`test/e2e/${name}.test.ts`, `--testNamePattern=${pattern}`];
      const { code, stdout, stderr } = await run(
        ["npx", "--no-install", "vitest", "run", "--project", "e2e", ...only],
        {
          cwd: checkout,
          env: { EXPLOREIOT_TEST_IMAGES: JSON.stringify({ images }) },
          expected: [0, 1],
        },
      );
      expect(code, stdout + stderr).toBe(0);
    });
  },
);
