import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesInSight } from "../../../runners/docker/files-in-sight.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const id = "083e442328667ea9c5cd465d4fc1cb5c2388c76a83071307f44b069be59f93d0";

/** A machine on which process 7 is the first one of a container. */
function machine(files: Readonly<Record<string, string>>, of = id): string {
  const root = temporaryFolder();
  write(root, "proc/7/cgroup", `4:memory:/docker/${of}\n2:cpu,cpuacct:/docker/${of}\n`);
  mkdirSync(join(root, "proc/7/root"), { recursive: true });
  for (const [path, content] of Object.entries(files)) write(root, `proc/7/root/${path}`, content);
  return root;
}

const seen = (root: string) => {
  const files = filesInSight({ id, pid: 7 }, "/run/exploreiot", root);
  return files && Object.fromEntries([...files].map(([name, content]) => [name, content.toString()]));
};

test("files of a container are seen by their path, as it sees them", () => {
  const root = machine({ "run/exploreiot/one": "1", "run/exploreiot/tls/two": "2", "run/other": "3" });

  expect(seen(root)).toEqual({ one: "1", "tls/two": "2" });
});

test("a link is no file, wherever it leads", () => {
  const root = machine({ "run/exploreiot/one": "1" });
  write(root, "host/secret", "of this machine");
  symlinkSync(join(root, "host/secret"), join(root, "proc/7/root/run/exploreiot/linked"));
  symlinkSync(join(root, "host"), join(root, "proc/7/root/run/exploreiot/folder"));

  expect(seen(root)).toEqual({ one: "1" });
});

test("a folder behind a link is another one here than in the container, and is not looked into", () => {
  const root = machine({});
  write(root, "host/exploreiot/one", "of this machine");
  symlinkSync(join(root, "host"), join(root, "proc/7/root/run"));

  expect(seen(root)).toBeUndefined();
});

test.each([
  ["a process of another container", () => machine({ "run/exploreiot/one": "1" }, "f".repeat(64))],
  ["a process that is gone", () => temporaryFolder()],
  ["a container without that folder", () => machine({ "run/other": "3" })],
])("nothing is told of %s", (_, made) => {
  expect(seen(made())).toBeUndefined();
});
