import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { deploymentHome } from "../../core/home.ts";
import { SecretStore } from "../../core/secrets.ts";
import { synthesizeInDraft } from "../../stacks/draft.ts";

const NAME = `draft-${process.pid}`;

/** Each entry below a folder, with its kind. */
const tree = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    // The target of a link is listed elsewhere; not every version of Node follows it here.
    .filter((entry) => !entry.startsWith(join("pki", "current", "/")))
    .map((entry) => {
      const found = lstatSync(join(folder, entry));
      return `${entry}: ${found.isDirectory() ? "folder" : found.isSymbolicLink() ? "link" : "file"}`;
    })
    .sort();

test("a draft links to what is there, copies no secret, and makes what is missing apart", async () => {
  const home = deploymentHome(NAME);
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, "pki", "pairs", "1"), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, "pki", "pairs", "1", "tls.key"), "key", { mode: 0o400 });
  symlinkSync(join("pairs", "1"), join(home, "pki", "current"));
  const store = new SecretStore(home);
  const value = store.value("there");
  const path = store.derivedFile("login", value);
  const before = tree(home);

  const seen: unknown[] = [];
  await synthesizeInDraft(NAME, async () => {
    const draft = deploymentHome(NAME);
    const inDraft = new SecretStore(draft);
    const linked = tree(draft);
    inDraft.value("missing");
    inDraft.derivedFile("login", "another one");
    seen.push({
      linked,
      made: tree(draft).filter((entry) => entry.endsWith("file")),
      value: inDraft.value("there"),
      key: readFileSync(join(draft, "pki", "current", "tls.key"), "utf8"),
    });
  });

  expect(seen).toEqual([
    {
      linked: [
        ...["files/login: link", "files: folder"],
        ...[
          "pki/current: link",
          "pki/pairs/1/tls.key: link",
          "pki/pairs/1: folder",
          "pki/pairs: folder",
          "pki: folder",
        ],
        ...["secrets/there: link", "secrets: folder"],
      ],
      made: ["files/login: file", "secrets/missing: file"],
      value,
      key: "key",
    },
  ]);
  expect([tree(home), readFileSync(path, "utf8")]).toEqual([before, value]);
});
