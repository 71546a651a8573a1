import { judgeNames, NAMES_IMAGES, namesForeignImage } from "../facts/image-names.ts";
import type { ImageName } from "../facts/parse-image-name.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const tagsAreFixed = definePolicy({
  id: "IMG-002",
  severity: "high",
  title: "no image from elsewhere is the latest one",
  why: "`latest`, which is also meant where no tag is, is a different program each month: a broker that listens no more, a database that cannot read its files.",
  avoid: "image: nginx:latest",
  prefer: "image: nginx:1.27",
  allowed: "a tag that names a release, or a digest",
  fix: "name the release, for example postgres:17.11-trixie, and its digest",
  source: "CIS Docker Benchmark 1.6.0, 5.28",
  looksAt: [...new Set([...NAMES_IMAGES, ...RUNS])],
  where: namesForeignImage,
  check: (resource) => judgeNames(resource, problem),
});

const MOVING = /^(latest|stable|edge|nightly|main|master|dev|rolling)$/;

function problem({ tag, digest }: ImageName): string | undefined {
  if (digest !== undefined) return undefined;
  if (tag === undefined) return ", without a tag";
  return MOVING.test(tag) ? ", a tag that moves" : undefined;
}
