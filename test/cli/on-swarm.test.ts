import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { deploymentHome, projectRoot, stackFolder } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { engine } from "../support/scripted-engine.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const name = `t${randomBytes(6).toString("hex")}`;

afterAll(() => {
  for (const folder of [deploymentHome(name), stackFolder(name)])
    rmSync(folder, { recursive: true, force: true });
});

/** Those that know one engine. */
const VERBS = [["firewall", "status"]];

test.each(VERBS.map((words) => [words.join(" "), words] as const))(
  "%s is refused for a deployment that is on a swarm",
  async (_, words) => {
    await engine({
      things: { [`/services?filters={"label":["exploreiot.deployment=${name}"]}`]: [{ ID: "a" }] },
    });
    const site = write(temporaryFolder(), "site.yaml", `name: ${name}\nbackup: { enabled: true }\n`);

    const { code, stdout, stderr } = await run(
      [process.execPath, join(projectRoot, "bin/exploreiot.js"), ...(words as [string]), "-c", site],
      { expected: [1] },
    );

    expect({
      code,
      stdout,
      stderr: stderr.split("\n").filter((line) => /^(error|this is)/.test(line)),
    }).toEqual({
      ...{ code: 1, stdout: "" },
      stderr: [
        `error: ${name} is on the swarm of this engine, and this verb works on the containers of one engine`,
      ],
    });
  },
);
