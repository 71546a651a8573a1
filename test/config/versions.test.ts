import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDeployment, siteFile } from "../../config/load.ts";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { SITE_VERSION } from "../../site/settings.ts";
import { commitMissing } from "../support/e2e-older-kit.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** The last commit at which paths of a site file led from the root of the project. */
const VERSION_1 = "44a7e6b";

const noHistory = (await commitMissing(VERSION_1)) !== undefined;

const TEXT = `# The greenhouse: ask Ada before you change it.
version: 1
name: greenhouse

# Small, since the machine has 1 GB.
postgres: { limits: { memoryMiB: 48 } } # was enough for version 1
redis:
  limits:
    memoryMiB: 6   # MiB

backend:
  # Our own.
  build: { context: 'examples/three-roles/app' }
policies:
  rules: examples/three-roles
`;

const site = (text: string) => write(temporaryFolder(), "site.yaml", text);

describe("a site file of version 1", () => {
  test("is read as it was meant: paths from the root of the project, memory as little as it could be", async () => {
    const { programs, policies, postgres, redis } = await loadDeployment(site(TEXT));
    const contexts = new Set(programs.flatMap(({ of }) => of.build?.context ?? []));

    expect([...contexts]).toEqual(["examples/three-roles/app"]);
    expect(policies.rules).toBe("examples/three-roles");
    expect([postgres.limits.memoryMiB, redis.limits.memoryMiB]).toEqual([79, 10]);
    expect(existsSync(join(projectRoot, "examples/three-roles"))).toBe(true);
  });

  test("is written as one of today with every comment, and then says the same", async () => {
    const path = site(TEXT);
    const { text, rewritten } = await siteFile(path);
    const up = relative(join(path, ".."), projectRoot);

    expect(rewritten).toEqual([
      {
        path: "backend.build.context",
        from: "examples/three-roles/app",
        to: `${up}/examples/three-roles/app`,
      },
      { path: "policies.rules", from: "examples/three-roles", to: `${up}/examples/three-roles` },
      { path: "postgres.limits.memoryMiB", from: 48, to: 79 },
      { path: "redis.limits.memoryMiB", from: 6, to: 10 },
      { path: "version", from: 1, to: SITE_VERSION },
    ]);
    expect(text()).toBe(
      TEXT.replace("version: 1\n", "version: 2\n")
        .replace("memoryMiB: 48", "memoryMiB: 79")
        .replace("memoryMiB: 6   #", "memoryMiB: 10 #")
        .replace("'examples/three-roles/app'", `'${up}/examples/three-roles/app'`)
        .replace("rules: examples", `rules: ${up}/examples`),
    );
    const again = write(join(path, ".."), "again.yaml", text());
    expect(await loadDeployment(again)).toEqual(await loadDeployment(path));
  });

  test.skipIf(noHistory)("is what the kit of that time took", async () => {
    const { stdout } = await run(["git", "-C", projectRoot, "show", `${VERSION_1}:config/schema.ts`]);

    expect(stdout).toContain(`context: z.string().min(1).describe("folder, relative to the project's root")`);
    expect(stdout).toMatch(/memoryMiB: z\.int\(\)\.min\(6\)/);
  });

  test("whose value stands behind an alias is refused with the place, not misread", async () => {
    const text =
      "version: 1\nname: a\nredis: { limits: &small { memoryMiB: 6 } }\nmosquitto: { limits: *small }\n";
    expect(await errorText(() => siteFile(site(text)))).toBe(
      "mosquitto.limits.memoryMiB: is written otherwise since version 1 of the site file, and stands behind an alias or a merge\n" +
        "  → write it out at its place, then run this again",
    );
  });
});

describe("a site file of today", () => {
  test.each(["name: a\n", "version: 2\nname: a\n"])("%j is read as it is", async (text) => {
    const { value, rewritten } = await siteFile(site(text));
    expect([(value as { name: string }).name, rewritten]).toEqual(["a", []]);
  });

  test("of a later version is refused", async () => {
    const path = site("name: a\nversion: 3\n");
    expect(await errorText(() => loadDeployment(path))).toContain("version: got 3; allowed:");
  });

  test("that says too little memory is refused, where one of version 1 is not", async () => {
    const path = site("name: a\npostgres: { limits: { memoryMiB: 48 } }\n");
    expect(await errorText(() => loadDeployment(path))).toContain("postgres.limits.memoryMiB: got 48");
  });
});
