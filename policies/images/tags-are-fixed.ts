import type { Resource } from "../document.ts";
import {
  type ImageName,
  imageText,
  judgeName,
  NAMES_IMAGES,
  namesForeignImage,
} from "../facts/image-names.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { RUNS } from "../facts/services.ts";
import { parseDockerfile } from "../files/dockerfile.ts";
import { definePolicy, type Evidence } from "../policy.ts";

/**
 * `latest`, which is also meant where no tag is, is a different program each month: a broker that listens no more,
 * a database that cannot read its files.
 */
export const tagsAreFixed = definePolicy({
  id: "IMG-002",
  severity: "high",
  title: "no image from elsewhere is the latest one",
  allowed: "a tag that names a release, or a digest",
  fix: "name the release, for example postgres:17.2-bookworm, and its digest",
  source: "CIS Docker Benchmark 1.6.0, 5.28",
  looksAt: [...new Set([...NAMES_IMAGES, ...RUNS])],
  where: namesForeignImage,
  check: (resource) =>
    resource.type === "file/Dockerfile" ? ofDockerfile(resource) : judgeName(imageText(resource), problem),
});

const MOVING = /^(latest|stable|edge|nightly|main|master|dev|rolling)$/;

function problem({ tag, digest }: ImageName): string | undefined {
  if (digest !== undefined) return undefined;
  if (tag === undefined) return ", without a tag";
  return MOVING.test(tag) ? ", a tag that moves" : undefined;
}

const ofDockerfile = (resource: Resource): readonly Evidence[] =>
  parseOnce(resource, parseDockerfile).images.flatMap(({ line, text, image }) =>
    image === undefined
      ? [{ notEnforceable: `line ${line}: ${text} is chosen by a build argument` }]
      : judgeName(image, problem, `line ${line}: the image`),
  );
