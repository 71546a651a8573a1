import type { Resource } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { recipesIn } from "../facts/image-names.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { namesSecret, soundsSecret } from "../facts/secret-names.ts";
import { secretForm } from "../facts/secret-values.ts";
import { parseDockerfile } from "../files/dockerfile.ts";
import { definePolicy } from "../policy.ts";
import { type Block, blocks, isBlock, isKnown, show } from "../values.ts";

export const buildsKnowNoSecret = definePolicy({
  id: "IMG-005",
  severity: "critical",
  title: "no secret is an argument or a variable of a build",
  why: "Build arguments stay in the history of the image and in Terraform's state; ENV is in every container.",
  avoid: `build:
  context: .
  args: {NPM_TOKEN: npm_3kQz7Lw9Rt}`,
  prefer: `build:
  context: .
  secrets: [npm_token]
secrets: [npm_token]`,
  allowed: "build arguments and variables without the name or the form of a secret",
  fix: "mount it while building (RUN --mount=type=secret and secrets of the build)",
  source: "CIS Docker Benchmark 1.6.0, 4.10",
  looksAt: ["docker_image", "terraform_data", "file/Dockerfile"],
  where: (resource) => resource.type === "file/Dockerfile" || argumentsOf(resource).length > 0,
  check: (resource) =>
    resource.type === "file/Dockerfile"
      ? ofDockerfile(resource)
      : argumentsOf(resource).flatMap(([name, value]) => problem(name, value)),
});

/** Of the builds of an image, or of the recipes that the kit builds from. */
const argumentsOf = (resource: Resource): readonly (readonly [string, unknown])[] => [
  ...blocks(resource.block, "build").flatMap(({ build_args, build_arg }) => [
    ...entriesOf(build_args, "build_args"),
    ...entriesOf(build_arg, "build_arg"),
  ]),
  ...recipesIn(resource).flatMap(({ buildArgs }: Block) => entriesOf(buildArgs, "buildArgs")),
];

/** Stands for arguments that are computed as one. */
const WHOLE = "${known only at apply}";

function entriesOf(value: unknown, place: string): readonly (readonly [string, unknown])[] {
  if ((value ?? undefined) === undefined) return [];
  return isBlock(value) ? Object.entries(value) : [[place, WHOLE]];
}

/** Names only: the evidence must not carry what it warns of. */
function problem(name: string, value: unknown): readonly Evidence[] {
  if (soundsSecret(name)) return [`build argument ${name} has the name of a secret`];
  if (!isKnown(value))
    return namesSecret(String(value)) || String(value) === WHOLE
      ? [unknown(`build argument ${name} has a value that is known only at apply`)]
      : [];
  const form = secretForm(String(value));
  return form === undefined ? [] : [`build argument ${name} holds ${form}`];
}

function ofDockerfile(resource: Resource): readonly string[] {
  return parseOnce(resource, parseDockerfile).variables.flatMap(({ line, keyword, name, value }) => {
    const isSet = keyword === "ARG" || (value ?? "") !== "";
    if (soundsSecret(name) && isSet) return [`line ${line}: ${keyword} ${name} has the name of a secret`];
    const form = secretForm(value ?? "");
    return form === undefined ? [] : [`line ${line}: ${keyword} ${show(name)} holds ${form}`];
  });
}
