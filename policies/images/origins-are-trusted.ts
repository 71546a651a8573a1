import type { StackDocument } from "../document.ts";
import { imageText, judgeName, namesForeignImage } from "../facts/image-names.ts";
import type { ImageName } from "../facts/parse-image-name.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks } from "../values.ts";

/** Neither Compose nor a site file names the registries that the engine logs in to. */
const WITHOUT_LOGIN = {
  allowed: "Docker's official images, an image pinned by digest or built with the stack",
  fix: "pin the image by digest",
};

export const originsAreTrusted = definePolicy({
  id: "IMG-003",
  severity: "low",
  title: "an image comes from where somebody vouches for it",
  why: "Anybody may publish under a name that looks like a product's. A pinned image was looked at once and stays as it was; a registry that the provider logs in to was chosen.",
  avoid: "image: someone/nginx-fast:1.0",
  prefer: "image: nginx:1.27",
  allowed:
    "Docker's official images, a registry of registry_auth, an image pinned by digest or built with the stack",
  fix: "pin the image by digest, or name its registry in registry_auth of the provider",
  words: { compose: WITHOUT_LOGIN, site: WITHOUT_LOGIN },
  source: "CIS Docker Benchmark 1.6.0, 4.2",
  looksAt: ["docker_image", ...RUNS],
  where: namesForeignImage,
  enforcedIn: ["production"],
  check: (resource, stack) =>
    judgeName(imageText(resource), ({ registry, repository, digest }: ImageName) => {
      const isOfficial = registry === "docker.io" && repository.startsWith("library/");
      return isOfficial || digest !== undefined || chosen(stack).includes(registry)
        ? undefined
        : `, from ${registry}: no official image, and not pinned`;
    }),
});

/** Host names of the registries that the provider logs in to. */
const chosen = (stack: StackDocument): readonly string[] =>
  stack
    .of(["provider.docker"])
    .flatMap(({ block }) => blocks(block, "registry_auth"))
    .map(({ address }) =>
      String(address)
        .replace(/^https?:\/\//, "")
        .replace(/\/.*$/, ""),
    );
