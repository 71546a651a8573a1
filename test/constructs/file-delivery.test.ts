import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { deliveryScript } from "../../constructs/file-delivery.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const NAMES = ["app.conf", "initdb/10.sql"];
/** Only root may give files away, as in the container; anybody else keeps them. */
const USER = process.getuid?.() === 0 ? "4000:4001" : `${process.getuid?.()}:${process.getgid?.()}`;

/** The delivery's two folders, moved out of the way of this machine's own. */
class Delivery {
  readonly incoming: string;
  readonly target: string;

  constructor() {
    const folder = temporaryFolder();
    this.incoming = join(folder, "incoming");
    this.target = join(folder, "target");
    mkdirSync(this.incoming);
    mkdirSync(this.target);
    onTestFinished(() => this.#open());
  }

  /** Runs the script as the container does, and says how it ended. */
  async run(names = NAMES): Promise<{ code: number; stderr: string }> {
    this.#open();
    const script = deliveryScript(names, USER)
      .replaceAll("/run/exploreiot", this.target)
      .replaceAll("/incoming", this.incoming);
    try {
      const { stderr } = await promisify(execFile)("/bin/sh", ["-euc", script]);
      return { code: 0, stderr };
    } catch (error) {
      const { code, stderr } = error as { code: number; stderr: string };
      return { code, stderr };
    }
  }

  /** Path to text, mode and owner of everything delivered. */
  delivered(): Record<string, string> {
    const entries = readdirSync(this.target, { recursive: true, encoding: "utf8" }).sort();
    return Object.fromEntries(
      entries.map((entry) => {
        const path = join(this.target, entry);
        const { mode, uid, gid } = statSync(path);
        const text = statSync(path).isFile() ? readFileSync(path, "utf8") : "folder";
        return [entry, `${text} ${(mode & 0o777).toString(8)} ${uid}:${gid}`];
      }),
    );
  }

  /** What CAP_DAC_OVERRIDE does for the container. */
  #open(): void {
    if (!existsSync(this.target)) return;
    chmodSync(this.target, 0o700);
    for (const entry of readdirSync(this.target, { recursive: true, withFileTypes: true }))
      if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700);
  }
}

describe("the delivery", () => {
  test("hands over what arrived, readable by the service alone, and keeps no copy", async () => {
    const delivery = new Delivery();
    write(delivery.incoming, "app.conf", "a=1");
    write(delivery.incoming, "initdb/10.sql", "SELECT 1;");

    expect(await delivery.run()).toEqual({ code: 0, stderr: "" });
    expect(delivery.delivered()).toEqual({
      "app.conf": `a=1 400 ${USER}`,
      initdb: `folder 500 ${USER}`,
      "initdb/10.sql": `SELECT 1; 400 ${USER}`,
    });
    expect(readdirSync(delivery.incoming)).toEqual([]);
  });

  test("replaces what changed and removes what is no longer declared", async () => {
    const delivery = new Delivery();
    write(delivery.incoming, "app.conf", "a=1");
    write(delivery.incoming, "initdb/10.sql", "SELECT 1;");
    await delivery.run();
    write(delivery.incoming, "app.conf", "a=2");

    expect(await delivery.run(["app.conf"])).toEqual({ code: 0, stderr: "" });
    expect(delivery.delivered()).toEqual({ "app.conf": `a=2 400 ${USER}`, initdb: `folder 500 ${USER}` });
  });

  test("leaves everything as it is when it runs again with nothing new", async () => {
    const delivery = new Delivery();
    write(delivery.incoming, "app.conf", "a=1");
    write(delivery.incoming, "initdb/10.sql", "SELECT 1;");
    await delivery.run();
    const before = delivery.delivered();

    expect(await delivery.run()).toEqual({ code: 0, stderr: "" });
    expect(delivery.delivered()).toEqual(before);
  });

  test("fails, and names the file, when one never arrived", async () => {
    const delivery = new Delivery();
    write(delivery.incoming, "app.conf", "a=1");

    expect(await delivery.run()).toEqual({ code: 1, stderr: "initdb/10.sql was not delivered\n" });
  });

  test("says so when its folder is not there", async () => {
    const delivery = new Delivery();
    rmSync(delivery.target, { recursive: true });
    const { code, stderr } = await delivery.run();

    expect({ code: code === 0, named: stderr.includes(delivery.target) }).toEqual({
      code: false,
      named: true,
    });
  });
});
