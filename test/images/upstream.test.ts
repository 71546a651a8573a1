import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { DockerfileParser } from "dockerfile-ast";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { pinsFile, readPins } from "../../core/image-pins.ts";
import { POSTGRES_MAJOR } from "../../core/postgres-major.ts";

const root = join(import.meta.dirname, "../..");
const file = pinsFile(root);
const pins = readPins(file);
const requirements = readFileSync(join(root, "images/node/requirements.txt"), "utf8");

// How the two bots know a Dockerfile: DOCKER_REGEXP of dependabot-core's file fetcher, managerFilePatterns of Renovate.
test.each([
  ["Dependabot", /dockerfile|containerfile/i],
  ["Renovate", /(^|\/|\.)([Dd]ocker|[Cc]ontainer)file$/],
])("%s takes the file of pins for a Dockerfile", (_, pattern) => {
  expect(file).toMatch(pattern);
});

test("Dependabot is told to look there", () => {
  const { updates } = parse(readFileSync(join(root, ".github/dependabot.yml"), "utf8"));
  const docker = updates.filter((one: Record<string, unknown>) => one["package-ecosystem"] === "docker");
  expect(docker.map(({ directory }: { directory: string }) => directory)).toEqual([
    `/${relative(root, dirname(file))}`,
  ]);
});

test("a parser of Dockerfiles reads the same pins, so that a bot raises tag and digest together", () => {
  const froms = DockerfileParser.parse(readFileSync(file, "utf8")).getFROMs();
  const read = froms.map((from) => [
    from.getBuildStage(),
    { ref: from.getImageName(), tag: from.getImageTag(), digest: from.getImageDigest() ?? undefined },
  ]);
  expect(Object.fromEntries(read)).toEqual(
    Object.fromEntries(Object.entries(pins).map(([name, pin]) => [name, { digest: undefined, ...pin }])),
  );
});

/** The parts that both sources have to have in common, so that either goes on with the data and the programs of the other. */
test.each([
  ["postgres", new RegExp(`^${POSTGRES_MAJOR}\\.`)],
  ["node", new RegExp(`^${/==(\d+\.)/.exec(requirements)?.[1]}`)],
  ["python", /^3\.13\./],
  ["base", /^trixie/],
])("the official image of %s is of the series that Debian and the wheels have", (name, series) => {
  expect(pins[name]?.tag).toMatch(series);
});

test("every official image is on Debian trixie", () => {
  expect(Object.values(pins).filter(({ tag }) => !tag.includes("trixie"))).toEqual([]);
});
