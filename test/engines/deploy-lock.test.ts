import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { alone } from "../../engines/deploy-lock.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

test("a second command is refused while the first works, and let in afterwards", async () => {
  const home = temporaryFolder();
  const refused = await alone("demo", home, () => errorText(() => alone("demo", home, async () => "in")));

  expect(refused).toBe(
    `another command is changing demo (pid ${process.pid})\n  → wait until it has ended, then run this again`,
  );
  expect(await alone("demo", home, async () => "in")).toBe("in");
});

test("what a killed command left behind is in nobody's way, and a failure leaves nothing", async () => {
  const home = temporaryFolder();
  // Above the kernel's highest process id.
  const file = write(home, "at-work.pid", "4194305");
  const failing = alone("demo", home, async () => Promise.reject(new Error("broken")));

  await expect(failing).rejects.toThrow("broken");
  expect([file === join(home, "at-work.pid"), existsSync(file)]).toEqual([true, false]);
});
