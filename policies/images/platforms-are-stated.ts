import type { StackDocument } from "../document.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isFilledText, must } from "../values.ts";

export const platformsAreStated = definePolicy({
  id: "IMG-009",
  severity: "low",
  title: "an image that is built for a remote engine states its platform",
  why: "Built here for an engine elsewhere, an image has this machine's architecture: on another it does not start.",
  avoid: `{
  "provider": {"docker": {"host": "ssh://deploy@plant.example.org"}},
  "resource": {"docker_image": {"web": {"name": "web", "build": {"context": "."}}}}
}`,
  prefer: `{
  "provider": {"docker": {"host": "ssh://deploy@plant.example.org"}},
  "resource": {"docker_image": {"web": {"name": "web", "build": {"context": ".", "platform": "linux/arm64"}}}}
}`,
  allowed: "build.platform such as linux/arm64",
  fix: "set build.platform to that of the engine",
  source: "kreuzwerker/docker 4.5, docker_image",
  dialect: "terraform",
  looksAt: ["docker_image"],
  where: ({ block }, stack) => blocks(block, "build").length > 0 && isRemote(stack),
  check: ({ block }) =>
    blocks(block, "build").flatMap((build) => must(build, "platform", isFilledText, "build.platform")),
});

/** A value that is known only at apply may be remote. */
const isRemote = (stack: StackDocument): boolean =>
  stack
    .of(["provider.docker"])
    .map(({ block }) => block.host ?? block.context ?? undefined)
    .some((host) => host !== undefined && !/^(unix|npipe):/.test(String(host)));
