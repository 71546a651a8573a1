import { expect, test } from "vitest";
import type { Resource, StackDocument } from "../../../policies/document.ts";
import { fileAt, isProvided, readersOf, runs } from "../../../policies/facts/deliveries.ts";
import { readTerraformJson } from "../../../policies/inputs/terraform-json.ts";

const VOLUME = { container_path: "/run/app", volume_name: "${docker_volume.Files.name}" };

/** A job that fills a volume, a server that mounts it, and a neighbour that does not. */
const stack = readTerraformJson({
  resource: {
    docker_volume: { Files: { name: "files" } },
    docker_container: {
      Job: {
        image: "base",
        must_run: false,
        volumes: VOLUME,
        upload: [
          { file: "/incoming/redis.conf", content: "port 1" },
          { file: "/incoming/initdb/1.sql", content: "" },
        ],
      },
      Server: { image: "redis:7", volumes: { ...VOLUME, read_only: true } },
      Other: { image: "redis:7", volumes: { container_path: "/run", volume_name: "other" } },
    },
  },
});

const named = (id: string, of: StackDocument = stack) =>
  of.of(["docker_container"]).find((container) => container.id === id) as Resource;

test("a file that a job puts into a volume is read by the services that mount it", () => {
  const [conf] = stack.of(["file/redis.conf"]);

  expect(readersOf(conf as Resource, stack)).toEqual([named("Server")]);
  expect(fileAt("/run/app/redis.conf", named("Server"), "redis.conf", stack)).toBe(conf);
  expect(fileAt("/run/app/other.conf", named("Server"), "redis.conf", stack)).toBeUndefined();
  expect(runs("redis")(named("Job"), stack)).toBe(false);
});

test.each([
  { at: "Server", path: "/run/app/redis.conf", is: true },
  { at: "Server", path: "/run/app/initdb/1.sql", is: true },
  { at: "Server", path: "/run/app/1.conf", is: false },
  { at: "Server", path: "/run/application", is: false },
  { at: "Other", path: "/run/app/anything", is: true },
])("$path of $at is provided: $is", ({ at, path, is }) => {
  expect(isProvided(path, named(at), stack)).toBe(is);
});

test("a volume is the same by its name and by a reference", () => {
  const mixed = readTerraformJson({
    resource: {
      docker_volume: { Files: { name: "files" } },
      docker_container: {
        Job: { must_run: false, volumes: VOLUME, upload: { file: "/in/redis.conf", content: "" } },
        Server: { image: "redis:7", volumes: { container_path: "/run/app", volume_name: "files" } },
      },
    },
  });
  const [conf] = mixed.of(["file/redis.conf"]);

  expect(readersOf(conf as Resource, mixed)).toEqual([named("Server", mixed)]);
});
