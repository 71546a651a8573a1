import type { Resource, StackDocument } from "../document.ts";
import { runs } from "../facts/deliveries.ts";
import { imageVersion, versionIn } from "../facts/image-versions.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy, type Evidence } from "../policy.ts";
import { type Block, isBlock } from "../values.ts";

export const majorVersionIsKept = definePolicy({
  id: "PGS-013",
  severity: "medium",
  title: "the major version of PostgreSQL is pinned, and no plan changes it",
  why: "Another major version does not start on the old data directory; `latest` chooses the day on which that happens.",
  avoid: "image: postgres:latest",
  prefer: "image: postgres:17.2",
  allowed: "an image whose tag begins with the major version; in a plan the same one before and after",
  fix: "dump, start the new major on an empty volume, restore; then waive this rule for that plan",
  source: "PostgreSQL documentation, upgrading; docker-library/postgres#37",
  looksAt: [...RUNS, "plan/change"],
  where: (resource, stack) =>
    resource.type === "plan/change" ? imagesOf(resource) !== undefined : runs("postgres")(resource, stack),
  check: (resource, stack) => (resource.type === "plan/change" ? changed(resource) : pinned(resource, stack)),
});

function pinned(container: Resource, stack: StackDocument): readonly Evidence[] {
  const version = imageVersion(container, stack);
  return "unknown" in version ? [version.unknown] : [];
}

/** The images of PostgreSQL before and after a change, where there are both. */
function imagesOf({ block }: Resource): readonly [string, string] | undefined {
  const [before, after] = [nameIn(block.before), nameIn(block.after)];
  if (before === undefined || after === undefined || before === after) return undefined;
  return /postgres|postgis|timescale/.test(before) ? [before, after] : undefined;
}

function nameIn(state: unknown): string | undefined {
  if (!isBlock(state)) return undefined;
  const name = (state as Block).image ?? state.name;
  return typeof name === "string" ? name : undefined;
}

function changed(change: Resource): readonly Evidence[] {
  const [before, after] = (imagesOf(change) ?? ["", ""]).map(versionIn);
  if (before === undefined || after === undefined) return [];
  if ("unknown" in before) return [before.unknown];
  if ("unknown" in after) return [after.unknown];
  return before.major === after.major
    ? []
    : [`the plan changes PostgreSQL ${before.major} to ${after.major}: it will not start on its data`];
}
