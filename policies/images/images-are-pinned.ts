import { judgeNames, NAMES_IMAGES, namesForeignImage } from "../facts/image-names.ts";
import type { ImageName } from "../facts/parse-image-name.ts";
import { definePolicy } from "../policy.ts";

export const imagesArePinned = definePolicy({
  id: "IMG-001",
  severity: "high",
  title: "an image from elsewhere is pinned by digest",
  why: "A tag is moved by anyone who owns the repository, or has broken into it: the same file then deploys something else.",
  avoid: "image: nginx:1.27",
  prefer: "image: nginx:1.27@sha256:0f04e4f646a3f14bf31d8bc8d885b6c951fdcf42589d06845f64d18aec6a3c4d",
  allowed: "name@sha256:…, or an image that is built with the stack",
  fix: "add @sha256: and the digest (docker buildx imagetools inspect NAME)",
  source: "CIS Docker Benchmark 1.6.0, 5.28 and 4.2",
  looksAt: NAMES_IMAGES,
  where: namesForeignImage,
  enforcedIn: ["production"],
  check: (resource) => judgeNames(resource, problem),
});

const problem = ({ digest }: ImageName) => (digest === undefined ? ", without a digest" : undefined);
