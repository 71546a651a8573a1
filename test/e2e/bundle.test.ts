import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { killed } from "../support/e2e-kill.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";

const SOME_MINUTES = 300_000;
const off = { enabled: false };
const deployment = new TestDeployment({
  name: "e2e-bundle",
  hosts: ["localhost"],
  listeners: { mqtt: { port: 24_930 } },
  networks: { data: { ipv4: "10.124.51.0/24" }, broker: { ipv4: "10.124.52.0/24" } },
  mosquitto: { enabled: false, users: [{ name: "sensor", publish: ["sensor/+"] }] },
  ...{ backend: off, frontend: off, postgres: off },
});
const reason = missing.docker ?? missing.compose;

describe.skipIf(reason)(
  titled("a bundle, on a machine without network", reason),
  { timeout: SOME_MINUTES },
  () => {
    const engine = new PrivateEngine();
    const folder = mkdtempSync(join(tmpdir(), "exploreiot-bundle-"));
    const at = (name: string) => join(folder, name);
    const [key, first, second, site] = [
      at("release.key"),
      at("first.tar"),
      at("second.tar"),
      at("site"),
    ] as const;
    const env = { DOCKER_HOST: engine.host };

    const create = async (output: string, ...options: readonly string[]) => {
      const args = ["-c", deployment.site, "-o", output, "--key", key, "--json", ...options];
      const { code, stdout, stderr } = await kit(["bundle", "create", ...args]);
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout);
    };
    const apply = (bundle: string, ...options: readonly string[]) =>
      kit(["bundle", "apply", bundle, "--key", `${key}.pub`, ...options], { env, cwd: folder });
    const states = async () =>
      Object.fromEntries(
        (await engine.output("ps", "--all", "--format", "{{.Names}} {{.Status}}"))
          .split("\n")
          .filter((line) => line.includes("e2e-bundle-") && !line.includes("-files "))
          .map((line) => [line.split(" ")[0], /\((\w+)\)/.exec(line)?.[1]]),
      );
    /** Paths of the layers of all images, as `docker load` is told them: also of those that are left out. */
    const layersOf = async (bundle: string): Promise<readonly string[]> => {
      const { stdout } = await run([
        "tar",
        "--extract",
        "--to-stdout",
        "--file",
        bundle,
        "images/manifest.json",
      ]);
      const images = JSON.parse(stdout) as readonly { readonly Layers: readonly string[] }[];
      return [...new Set(images.flatMap(({ Layers }) => Layers))];
    };
    const secret = (name: string) => readFileSync(join(site, "secrets", name), "utf8");

    /** As `terraform providers mirror` packs them, which asks a registry: from where `terraform init` has put it. */
    async function mirror(): Promise<string> {
      await kit(["render", "-c", deployment.site, "-o", at("rendered")]);
      await run(["terraform", `-chdir=${at("rendered/terraform")}`, "init", "-no-color"]);
      const name = "registry.terraform.io/kreuzwerker/docker";
      const installed = at(`rendered/terraform/.terraform/providers/${name}`);
      const [version = ""] = readdirSync(installed);
      const [platform = ""] = readdirSync(join(installed, version));
      const folder = join(installed, version, platform);
      const [program = ""] = readdirSync(folder).filter((file) =>
        file.startsWith("terraform-provider-docker"),
      );
      mkdirSync(at(`mirror/${name}`), { recursive: true });
      await run(
        [
          ...(["python3", "-m", "zipfile", "-c"] as const),
          at(`mirror/${name}/terraform-provider-docker_${version}_${platform}.zip`),
          program,
        ],
        { cwd: folder },
      );
      return at("mirror");
    }

    beforeAll(async () => {
      await kit(["bundle", "key", key]);
      const providers = missing.terraform === undefined ? ["--providers", await mirror()] : [];
      const created = [await create(first, ...providers)];
      deployment.configure({ mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] } });
      created.push(await create(second, "--since", first));
      expect(created.map(({ images }) => images.length)).toEqual([3, 4]);
      await engine.start();
    }, SOME_MINUTES);
    afterAll(async () => {
      await engine.remove();
      await run(["umount", at("full")], { expected: [0, 1, 32] });
      rmSync(folder, { recursive: true, force: true });
      await deployment.wipe();
    }, SOME_MINUTES);

    test("holds no secret, and of images that an older one has only what is new", async () => {
      const [whole, since] = [readFileSync(first), readFileSync(second)];
      const found = [...deployment.secrets()].filter(
        ([, value]) => whole.includes(value) || since.includes(value),
      );

      expect(found).toEqual([]);
      expect(deployment.secrets().size).toBeGreaterThan(2);
      expect(whole.includes(readFileSync(key))).toBe(false);
      const [before, layers] = [await layersOf(first), await layersOf(second)];
      const fresh = layers.filter((layer) => !before.includes(layer));
      const packed = (await run(["tar", "--list", "--file", second])).stdout.split("\n");
      expect(layers.filter((layer) => packed.includes(`images/${layer}`))).toEqual(fresh);
      expect(fresh.length).toBeGreaterThan(0);
      expect(fresh.length).toBeLessThan(layers.length);
    });

    test("changes nothing where it cannot be used, and says why", async () => {
      mkdirSync(at("full"));
      await run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", at("full")]);
      await kit(["bundle", "key", at("other.key")]);
      const without = await kit(["bundle", "apply", first], { env, cwd: folder });
      const wrong = await kit(["bundle", "apply", first, "--key", at("other.key.pub")], { env, cwd: folder });
      const delta = await apply(second);
      const noRoom = await apply(first, "--folder", at("full/site"));
      const output = await kit([
        "bundle",
        "create",
        "-c",
        deployment.site,
        "-o",
        at("full/x.tar"),
        "--unsigned",
      ]);

      expect([without, wrong, delta, noRoom, output].map(({ code }) => code)).toEqual([1, 1, 1, 1, 1]);
      expect(without.stderr).toBe(
        "error: --key is missing: the public key of who made the bundle\n  → or say --unsigned\n",
      );
      expect(wrong.stderr).toMatch(
        /^error: .*first\.tar: signed by the key \w{16}, and .*other\.key\.pub is the key /,
      );
      expect(delta.stderr).toMatch(
        /second\.tar leaves out layers of the bundle that was made 20\S+: apply that one first/,
      );
      expect(noRoom.stderr).toContain("cannot be written (ENOSPC");
      expect(output.stderr).toContain(`${at("full/x.tar")}: cannot be written (ENOSPC`);
      expect([await states(), existsSync(site), existsSync(at("full/x.tar.new"))]).toEqual([
        {},
        false,
        false,
      ]);
    });

    test("comes up by the command that was killed before, images and all", async () => {
      // The kit's environment names the engine for the child too.
      process.env.DOCKER_HOST = engine.host;
      const early = await killed(
        ["bundle", "apply", first, "--key", `${key}.pub`, "--folder", site],
        () => until("the first container", async () => Object.keys(await states()).length > 0, 60_000),
        true,
      ).finally(() => delete process.env.DOCKER_HOST);
      const { code, stderr } = await apply(first, "--folder", site);

      expect({ early, code, stderr: code === 0 ? "" : stderr }).toEqual({
        early: false,
        code: 0,
        stderr: "",
      });
      expect(await states()).toEqual({ "exploreiot-e2e-bundle-redis": "healthy" });
      expect(statSync(join(site, "secrets")).mode & 0o777).toBe(0o700);
    });

    test.skipIf(missing.terraform)(
      titled("brings the provider that Terraform asks for, where there is no registry", missing.terraform),
      async () => {
        const init = (...options: readonly string[]) =>
          run(
            [
              ...(["unshare", "--net", "terraform", `-chdir=${join(site, "terraform")}`, "init"] as const),
              ...["-no-color", ...options],
            ],
            // Another home: what this machine has of its own is not on a server.
            { env: { HOME: folder }, expected: [0, 1] },
          );
        const without = await init();
        const { code, stdout, stderr } = await init("-plugin-dir=providers");

        expect([without.code, code], stderr).toEqual([1, 0]);
        expect(stdout).toContain("Terraform has been successfully initialized!");
      },
    );

    test("updates the site from wherever it is applied, with new layers alone, and keeps its secrets", async () => {
      const before = secret("hash-key");
      const { code, stdout, stderr } = await apply(second, "--json");

      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ deployment: "e2e-bundle", folder: site });
      expect(await states()).toEqual({
        "exploreiot-e2e-bundle-mosquitto": "healthy",
        "exploreiot-e2e-bundle-redis": "healthy",
      });
      expect(secret("hash-key")).toBe(before);
    });

    test("that is older than what runs is refused, and goes back on request", async () => {
      const refused = await apply(first);
      const stillThere = Object.keys(await states()).length;
      const elsewhere = await apply(first, "--older", "--folder", at("another"));
      const { code, stderr } = await apply(first, "--older");

      expect([refused.code, stillThere, elsewhere.code, code], stderr).toEqual([1, 2, 1, 0]);
      expect(refused.stderr).toMatch(
        /has a newer bundle \(20\S+\)\n {2}→ to go back all the same, use --older/,
      );
      expect(elsewhere.stderr).toContain(`e2e-bundle runs from ${site}, and not from ${at("another")}`);
      expect(await states()).toEqual({ "exploreiot-e2e-bundle-redis": "healthy" });
    });

    test("is applied without the kit, by the lines of the runbook", async () => {
      const lines = /## Update from a bundle[\s\S]*?```sh\n([\s\S]*?)```/.exec(
        readFileSync(join(site, "RUNBOOK.md"), "utf8"),
      )?.[1];
      const script = (lines ?? "false").replace("BUNDLE", second).replace(/^minisign .*$/m, "true");
      const { code, stderr } = await run(["sh", "-euc", script], { cwd: site, env, expected: [0, 1, 2] });

      expect(code, stderr).toBe(0);
      expect(Object.keys(await states()).sort()).toEqual([
        "exploreiot-e2e-bundle-mosquitto",
        "exploreiot-e2e-bundle-redis",
      ]);
    });
  },
);
