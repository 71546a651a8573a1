import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { run } from "../../runners/run.ts";
import { clearEngine, missing, titled } from "../support/e2e.ts";
import { filesIn, nextVersion, PackageUser, pack } from "../support/e2e-package.ts";

const SOME_MINUTES = 600_000;
const NAME = "e2e-package";
const API = "http://127.0.0.1:28240/api/mesures";
const folder = mkdtempSync(join(tmpdir(), "exploreiot-pack-"));
/** Somebody who has the package and nothing else of the kit; the deployment goes on where the first tests end. */
const user = new PackageUser();
let tarball: string;

beforeAll(async () => {
  tarball = await pack(folder);
  await user.install(tarball);
}, SOME_MINUTES);
afterAll(() => {
  user.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe("the package, installed elsewhere without development dependencies", {
  timeout: SOME_MINUTES,
}, () => {
  test("starts a site file that git may see, and keeps one that is there", async () => {
    const first = await user.kit("init", "--json", "--name", NAME);
    const again = await user.kit("init");

    expect({ code: first.code, said: JSON.parse(first.stdout) }).toEqual({
      code: 0,
      said: {
        file: "exploreiot.yaml",
        name: NAME,
        schema: "exploreiot.schema.json",
        ignored: [".exploreiot/", "cdktf.out/", "node_modules/"],
      },
    });
    expect(user.read(".gitignore")).toBe(".exploreiot/\ncdktf.out/\nnode_modules/\n");
    expect(existsSync(join(user.folder, /\$schema=(.*)/.exec(user.read("exploreiot.yaml"))?.[1] ?? ""))).toBe(
      true,
    );
    expect([again.code, again.stderr]).toEqual([
      1,
      "error: exploreiot.yaml: is there already\n  → choose another name, or add --force\n",
    ]);
  });

  test("adds to .gitignore what it does not cover, and nothing else", async () => {
    user.write(".gitignore", "/cdktf.*\n.exploreiot");
    await user.kit("init", "--force", "--name", NAME);

    expect(user.read(".gitignore")).toBe("/cdktf.*\n.exploreiot\nnode_modules/\n");
  });

  test("synthesizes at home, with the images of the checkout, and leaves node_modules alone", async () => {
    const below = join(user.folder, "notes");
    mkdirSync(below);
    const { code, stdout, stderr } = await user.npx("exploreiot", ["synth"], below);

    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `../cdktf.out/stacks/${NAME}/cdk.tf.json: 14 containers\n`,
      stderr: "",
    });
    const tags = user
      .read("cdktf.out", "stacks", NAME, "cdk.tf.json")
      .match(/exploreiot\/[a-z-]+:[0-9a-f]{16}/g);
    const shipped = ["probe", "postgres", "redis", "mosquitto", "backend", "frontend"] as const;
    expect(new Set(tags)).toEqual(
      new Set(imageRecipes(projectRoot, shipped, { source: "auto" }).map(({ tag }) => tag)),
    );
    expect(existsSync(join(user.folder, ".exploreiot"))).toBe(false);
    expect(user.installedFiles()).toEqual(await filesIn(tarball));
  });

  test("belongs to the folder of the nearest cdktf.json where there is one", async () => {
    const site = join(user.folder, "plants", "north");
    mkdirSync(site, { recursive: true });
    user.write("plants/cdktf.json", "{}");
    user.write("plants/north/site.json", JSON.stringify({ name: "north" }));
    const { code, stderr } = await user.npx("exploreiot", ["synth", "-c", "site.json"], site);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(readdirSync(join(user.folder, "plants")).sort()).toEqual(["cdktf.json", "cdktf.out", "north"]);
    expect(readdirSync(site)).toEqual(["site.json"]);
  });

  test("loads rules of one's own, written in TypeScript", async () => {
    mkdirSync(join(user.folder, "rules"));
    cpSync(join(projectRoot, "examples/own-rules"), join(user.folder, "rules"), { recursive: true });
    const rule = user.read("rules", "host-names-name-the-plant.ts");
    user.write(
      "rules/host-names-name-the-plant.ts",
      rule.replaceAll(/"\.\.\/\.\.\/policies\/[a-z]+\.ts"/g, '"exploreiot/policy"'),
    );
    const { code, stdout } = await user.kit(
      "policy",
      "check",
      "cdktf.out",
      "--rules",
      "rules",
      "--format",
      "json",
    );

    expect(code).toBe(1);
    expect(stdout).toContain("PLANT-001");
  });
});

describe.skipIf(missing.docker)(
  titled("a deployment of the package", missing.docker),
  { timeout: SOME_MINUTES },
  () => {
    beforeAll(async () => {
      user.write(
        "exploreiot.yaml",
        JSON.stringify({
          name: NAME,
          listeners: { backend: { port: 28240 }, mqtt: { port: 22940 } },
          frontend: { enabled: false },
        }),
      );
      await clearEngine(NAME);
    }, SOME_MINUTES);
    afterAll(() => clearEngine(NAME), SOME_MINUTES);

    const databaseId = async () =>
      (await run(["docker", "inspect", "--format", "{{.Id}}", `exploreiot-${NAME}-postgres`])).stdout;
    const readings = async () => (await fetch(API)).json();

    test("keeps its secrets and its data over an upgrade of the package", async () => {
      const first = await user.kit("up", "--json");
      expect(first.code, first.stderr).toBe(0);
      const reading = { capteur: "cellar", valeur: 12.5, horodatage: "2026-01-01T00:00:00Z" };
      const headers = { "content-type": "application/json" };
      expect((await fetch(API, { method: "POST", headers, body: JSON.stringify(reading) })).status).toBe(201);
      const before = {
        secrets: user.secrets(NAME),
        database: await databaseId(),
        readings: await readings(),
      };

      await user.install(await nextVersion(tarball, "0.1.1"));
      expect((await user.kit("--version")).stdout).toBe("0.1.1\n");
      const second = await user.kit("up", "--json");
      expect(second.code, second.stderr).toBe(0);

      expect(before.readings).toEqual([reading]);
      expect(await readings()).toEqual(before.readings);
      expect(user.secrets(NAME)).toEqual(before.secrets);
      expect(Object.keys(before.secrets).length).toBeGreaterThan(5);
      expect(await databaseId()).not.toBe(before.database);
      expect(readdirSync(user.package)).not.toContain(".exploreiot");
    });
  },
);

describe("a cdktf app of one's own", { timeout: SOME_MINUTES }, () => {
  const example = join(projectRoot, "examples", "own-app");
  const own = new PackageUser();
  const json = (of: PackageUser, stack: string) =>
    JSON.parse(of.read("cdktf.out", "stacks", stack, "cdk.tf.json"));
  const synth = (of: PackageUser) => of.npx("tsx", ["main.ts"]);

  /** The example, with the package that was packed, and tsx, which is a development dependency of its own. */
  async function start(of: PackageUser, change: (manifest: Manifest) => Manifest = (same) => same) {
    cpSync(example, of.folder, { recursive: true });
    const { dependencies, devDependencies, ...rest }: Manifest = JSON.parse(of.read("package.json"));
    const manifest = {
      ...rest,
      dependencies: { ...dependencies, exploreiot: `file:${tarball}`, tsx: devDependencies?.tsx ?? "" },
    };
    of.write("package.json", JSON.stringify(change(manifest)));
    await of.startFrom(user);
    await of.install();
    symlinkSync(join(projectRoot, "node_modules", "vitest"), join(of.folder, "node_modules", "vitest"));
  }

  /** The messages of the compiler about an app of one's own. */
  function compile(of: PackageUser) {
    const settings = {
      ...{ module: "nodenext", target: "es2023", strict: true, noEmit: true, skipLibCheck: true },
      ...{ allowImportingTsExtensions: true, types: ["node"] },
      typeRoots: [join(projectRoot, "node_modules", "@types")],
    };
    of.write("tsconfig.json", JSON.stringify({ compilerOptions: settings }));
    const tsc = join(projectRoot, "node_modules", ".bin", "tsc");
    return run([tsc], { cwd: of.folder, expected: [0, 1, 2] });
  }

  beforeAll(() => start(own), SOME_MINUTES);
  afterAll(() => own.remove());

  test("has the types of the package", async () => {
    expect(await compile(own)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("has a broker of the kit next to a program of its own, through cdktf's own command", async () => {
    const cdktf = join(projectRoot, "node_modules", ".bin", "cdktf");
    const { code, stdout, stderr } = await run([cdktf, "synth"], {
      cwd: own.folder,
      expected: [0, 1],
      env: { CI: "1", CHECKPOINT_DISABLE: "1" },
    });

    expect(code, stdout + stderr).toBe(0);
    const names = Object.values<{ name: string }>(json(own, "plant").resource.docker_container).map(
      ({ name }) => name,
    );
    expect(names.sort()).toEqual([
      "exploreiot-plant-bridge",
      "exploreiot-plant-mosquitto",
      "exploreiot-plant-mosquitto-files",
      "exploreiot-plant-probe-files",
    ]);
    expect(Object.keys(own.secrets("plant"))).toContain("mqtt-pump-password");
  });

  test("is held to the rules in tests of its own", async () => {
    const vitest = join(projectRoot, "node_modules", "vitest", "vitest.mjs");
    const { code, stdout, stderr } = await run([process.execPath, vitest, "run", "--root", own.folder], {
      cwd: own.folder,
      expected: [0, 1],
      env: { NO_COLOR: "1", FORCE_COLOR: undefined, VITEST: undefined },
    });

    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/Tests {2}2 passed \(2\)/);
  });

  test("synthesizes alike on the successor cdktn, but for its version", async () => {
    const successor = new PackageUser();
    try {
      await start(successor, ({ dependencies, ...rest }) => ({
        ...rest,
        dependencies: { ...dependencies, cdktf: "npm:cdktn@0.24.0" },
        overrides: { cdktf: "$cdktf" },
      }));
      // The same secrets, so that hashes are the same.
      cpSync(join(own.folder, ".exploreiot"), join(successor.folder, ".exploreiot"), { recursive: true });
      await synth(own);
      const { code, stderr } = await synth(successor);

      expect(code, stderr).toBe(0);
      expect(await compile(successor)).toEqual({ code: 0, stdout: "", stderr: "" });
      const [here, there] = [json(own, "plant"), json(successor, "plant")];
      expect([here, there].map((stack) => stack["//"].metadata.version)).toEqual(["0.21.0", "0.24.0"]);
      there["//"].metadata.version = "0.21.0";
      expect(there).toEqual(here);
    } finally {
      successor.remove();
    }
  });

  test("is stopped by a bad stack of its own", async () => {
    own.write(
      "main.ts",
      own
        .read("main.ts")
        .replace("app.synth();", 'new Bad(app, "bad");\napp.synth();')
        .replace(
          'import { Plant } from "./plant.ts";',
          'import { Bad } from "./bad.ts";\nimport { Plant } from "./plant.ts";',
        ),
    );
    own.write(
      "bad.ts",
      `import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { type App, TerraformStack } from "cdktf";

export class Bad extends TerraformStack {
  constructor(app: App, id: string) {
    super(app, id);
    new DockerProvider(this, "docker", {});
    new Container(this, "Web", { name: "web", image: "nginx", privileged: true });
  }
}
`,
    );
    const { code, stderr } = await synth(own);

    expect(code).toBe(1);
    expect(stderr).toContain(
      "bad/Web: privileged is true\n    CTR-001 (critical) no container is privileged\n",
    );
    expect(stderr).not.toContain("plant/");
  });
});

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
}
