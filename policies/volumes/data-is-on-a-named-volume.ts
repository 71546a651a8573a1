import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, graded, unknown } from "../evidence.ts";
import { type Mount, mountsOf } from "../facts/mounts.ts";
import { containerSpec, isStateful, kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isBlock, isFilledText, isKnown, show } from "../values.ts";

export const dataIsOnANamedVolume = definePolicy({
  id: "VOL-001",
  severity: "high",
  title: "PostgreSQL, Redis and Mosquitto keep their data on a named volume",
  why: "Anonymous volumes are found by nobody after the next replacement; a host path has the owner, the labels and the quota of something else.",
  avoid: `image: postgres:17
volumes: ["/srv/db:/var/lib/postgresql/data"]`,
  prefer: `services:
  db:
    image: postgres:17
    volumes: ["data:/var/lib/postgresql/data"]
volumes: {data: {}}`,
  allowed: "a named volume at PGDATA or above it, at /data for Redis, at /mosquitto/data for Mosquitto",
  fix: "mount a named volume there",
  words: { site: { fix: "mount a volume for data there" } },
  source: "documentation of the official images; CIS Docker Benchmark 1.6.0, 5.6",
  looksAt: RUNS,
  where: isStateful,
  check: (resource, stack) => {
    const folders = dataFolders(resource, stack);
    const found = mountsOf(resource).filter(({ target }) => folders.some((folder) => covers(target, folder)));
    if (found.length === 0) {
      const evidence = `nothing is mounted at ${folders.join(" or ")}`;
      // Data that a cache or a broker loses is made again; data that a database loses is not.
      return [kindOf(resource, stack) === "postgres" ? evidence : graded("low", evidence)];
    }
    return found.flatMap(problem);
  },
});

function problem({ type, source, target }: Mount): readonly Evidence[] {
  const evidence = `a mount of type ${show(type)} is at ${show(target)}`;
  // The data is kept, though not by the engine.
  if (type === "bind") return [graded("low", evidence)];
  if (type !== "volume") return [evidence];
  if (!isFilledText(source)) return [`an anonymous volume is at ${show(target)}`];
  return isKnown(source) || /^\$\{\s*docker_volume\./.test(String(source))
    ? []
    : [unknown(`the volume at ${show(target)} is ${show(source)}, known only at apply`)];
}

/** Whether a mount at `target` holds what is written to `folder`. */
const covers = (target: unknown, folder: string): boolean =>
  folder === String(target).replace(/\/$/, "") || folder.startsWith(`${String(target).replace(/\/$/, "")}/`);

/** Where the images of these kinds write to. */
function dataFolders(resource: Resource, stack: StackDocument): readonly string[] {
  const kind = kindOf(resource, stack);
  if (kind === "redis") return ["/data", "/bitnami/redis/data"];
  if (kind === "mosquitto") return ["/mosquitto/data"];
  const pgdata = variable(containerSpec(resource).env, "PGDATA");
  return pgdata === undefined
    ? ["/var/lib/postgresql/data", "/bitnami/postgresql", "/home/postgres/pgdata"]
    : [pgdata];
}

/** A container has a list of `NAME=value`, a service a map. */
function variable(env: unknown, name: string): string | undefined {
  if (isBlock(env)) return typeof env[name] === "string" ? env[name] : undefined;
  const found = Array.isArray(env) ? env.find((entry) => String(entry).startsWith(`${name}=`)) : undefined;
  return found === undefined ? undefined : String(found).slice(name.length + 1);
}
