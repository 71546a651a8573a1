import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SecretStore } from "../../../core/secrets.ts";
import { secretRotation } from "../../../runners/secrets/rotate-secret.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** A home with a secret, and how it is rotated. */
function secret(former?: string) {
  const home = temporaryFolder();
  const store = new SecretStore(home);
  const before = store.value("key");
  const rotation = secretRotation({ home, name: "key", readers: ["api"], former });
  return { home, before, rotation, value: (name: string) => new SecretStore(home).value(name) };
}

test("a secret counts as it was until its rotation is applied, and then is a new one", async () => {
  const { home, before, rotation, value } = secret();

  await rotation.stage("begin");
  expect(value("key")).toBe(before);
  await rotation.apply("begin");

  expect(value("key")).toMatch(/^[\w-]{43}$/);
  expect(value("key")).not.toBe(before);
  expect([rotation.inTwoSteps, readdirSync(join(home, "next"))]).toEqual([false, []]);
});

test("one that is staged or applied again after an interruption is changed once", async () => {
  const { home, before, rotation, value } = secret("key-former");

  await rotation.stage("begin");
  const staged = readFileSync(join(home, "next", "key"), "utf8");
  await rotation.stage("begin");
  await rotation.apply("begin");
  await rotation.apply("begin");
  expect([value("key"), value("key-former")]).toEqual([staged, before]);

  // Killed after the former one was kept, and before the rename.
  writeFileSync(join(home, "next", "key"), "another-value-of-the-key");
  new SecretStore(home).put("key-former", staged);
  await rotation.apply("begin");
  expect([value("key"), value("key-former")]).toEqual(["another-value-of-the-key", staged]);
});

test("a former value is a value that nobody has once the rotation is finished", async () => {
  const { before, rotation, value } = secret("key-former");
  await rotation.stage("begin");
  await rotation.apply("begin");
  const current = value("key");

  await rotation.stage("finish");
  expect(value("key-former")).toBe(before);
  await rotation.apply("finish");

  expect(value("key")).toBe(current);
  expect([before, current]).not.toContain(value("key-former"));
});
