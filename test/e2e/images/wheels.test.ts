import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../../core/home.ts";

const INDEX = process.env.PIP_INDEX_URL ?? "https://pypi.org/simple";
const FILES = [
  "images/node/requirements.txt",
  "apps/backend/requirements.txt",
  "examples/three-roles/backend/requirements.txt",
];

/** The wheels of a project, by their hash. */
async function wheels(name: string): Promise<ReadonlyMap<string, string>> {
  const answer = await fetch(`${INDEX}/${name}/`, {
    headers: { accept: "application/vnd.pypi.simple.v1+json" },
  });
  const { files } = (await answer.json()) as { files: { filename: string; hashes: { sha256: string } }[] };
  return new Map(files.map(({ filename, hashes }) => [hashes.sha256, filename]));
}

const isReached = await fetch(`${INDEX}/pip/`, { method: "HEAD" }).then(
  ({ ok }) => ok,
  () => false,
);

/** Whether the image's Python, 3.13 on glibc, installs a wheel on a machine: PEP 425 and 600. */
function installs(filename: string, machine: string): boolean {
  const [abi, platforms = ""] = filename
    .replace(/\.whl$/, "")
    .split("-")
    .slice(-2);
  const python =
    filename
      .replace(/\.whl$/, "")
      .split("-")
      .at(-3) ?? "";
  const isPython = /(^|\.)(py3|cp313)(\.|$)/.test(python) || (abi === "abi3" && /cp3\d+/.test(python));
  return (
    isPython &&
    platforms
      .split(".")
      .some((platform) => platform === "any" || new RegExp(`^manylinux.*_${machine}$`).test(platform))
  );
}

interface Pin {
  readonly name: string;
  readonly hashes: readonly string[];
}

/** The pins of a requirements file for Linux, but for those that only older Pythons need. */
function pinsIn(file: string): readonly Pin[] {
  const lines = readFileSync(join(projectRoot, file), "utf8").replaceAll("\\\n", "").split("\n");
  return lines.flatMap((line) => {
    const [, name] = /^([\w.-]+)(?:\[[\w,]+\])?==/.exec(line) ?? [];
    if (name === undefined || /python_full_version <|sys_platform == 'win32'/.test(line)) return [];
    return [{ name, hashes: [...line.matchAll(/sha256:([0-9a-f]{64})/g)].map(([, hash]) => hash as string) }];
  });
}

const title = isReached ? "pinned wheels" : `pinned wheels [skipped: ${INDEX} is not reached]`;
describe.skipIf(!isReached)(title, { timeout: 120_000 }, () => {
  test.each(FILES)("of %s are there for both architectures", async (file) => {
    const pins = pinsIn(file);
    const lacking = await Promise.all(
      pins.map(async ({ name, hashes }) => {
        const names = await wheels(name);
        const pinned = hashes.flatMap((hash) => names.get(hash) ?? []);
        const missing = ["x86_64", "aarch64"].filter(
          (machine) => !pinned.some((wheel) => installs(wheel, machine)),
        );
        return missing.map((machine) => `${name} for ${machine}`);
      }),
    );

    expect(pins.length).toBeGreaterThan(0);
    expect(lacking.flat()).toEqual([]);
  });
});
