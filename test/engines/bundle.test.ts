import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { kit, missing, TestDeployment, titled } from "../support/e2e.ts";
import { takeImages } from "../support/e2e-images.ts";
import { Namespaces } from "../support/e2e-namespaces.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";
import { debianRoot } from "../support/engine-root.ts";

const off = { enabled: false };
const mosquitto = { users: [{ name: "sensor", publish: ["sensor/+"] }] };
const deployment = new TestDeployment({
  name: "e2e-saved",
  hosts: ["localhost"],
  listeners: { mqtt: { port: 25_640 } },
  mosquitto: { enabled: false, ...mosquitto },
  ...{ backend: off, frontend: off, postgres: off },
});
const reason = missing.docker ?? missing.compose ?? missing.namespaces;

/** Engine 28 saves images in the layout of OCI, 20.10 in the older one; each takes what the other made, and its delta. */
describe.skipIf(reason)(titled("bundles between engines 20.10 and 28", reason), () => {
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-saved-"));
  const at = (name: string) => join(folder, name);
  const namespaces = new Namespaces();
  const engines = new Map<string, PrivateEngine>();
  const engine = (name: string) => engines.get(name) as PrivateEngine;
  const host = (name: string) => ({ DOCKER_HOST: engine(name).host });

  /** The layers of its images that are in a bundle, and those that its list of images names. */
  async function layersOf(bundle: string) {
    const { stdout: list } = await run(["tar", "-xOf", bundle, "images/manifest.json"]);
    const named = (JSON.parse(list) as { Layers: string[] }[]).flatMap(({ Layers }) => Layers);
    const paths = (await run(["tar", "-tf", bundle])).stdout.split("\n");
    return {
      named: [...new Set(named)].sort(),
      packed: [...new Set(named)].filter((layer) => paths.includes(`images/${layer}`)).sort(),
    };
  }

  /** A bundle with Redis, and what comes to it with Mosquitto. */
  async function create(name: string): Promise<{ readonly whole: string; readonly delta: string }> {
    const bundles = { whole: at(`${name}-whole.tar`), delta: at(`${name}-delta.tar`) };
    for (const [bundle, options] of [
      [bundles.whole, []],
      [bundles.delta, ["--since", bundles.whole]],
    ] as const) {
      deployment.configure({ mosquitto: { enabled: bundle === bundles.delta, ...mosquitto } });
      const args = ["-c", deployment.site, "-o", bundle, "--unsigned", ...options];
      const { code, stderr } = await kit(["bundle", "create", ...args], { env: host(name) });
      if (code !== 0) throw new Error(stderr);
    }
    return bundles;
  }

  beforeAll(async () => {
    await namespaces.open();
    engines.set("20.10", new PrivateEngine());
    engines.set("28", new PrivateEngine(namespaces, await debianRoot("sid")));
    await Promise.all([...engines.values()].map((one) => one.start()));
    deployment.configure({ mosquitto });
    for (const one of engines.values())
      await takeImages(one, deployment.config, ["base", "redis", "mosquitto"]);
  }, 3_600_000);
  afterAll(async () => {
    for (const one of engines.values()) await one.remove();
    await namespaces.close();
    rmSync(folder, { recursive: true, force: true });
    await deployment.wipe();
  }, 600_000);

  test.each([
    { made: "20.10", applied: "28", layer: /^[0-9a-f]{64}\/layer\.tar$/ },
    { made: "28", applied: "20.10", layer: /^blobs\/sha256\/[0-9a-f]{64}$/ },
  ])(
    "made on $made, a whole one and its delta bring up what they hold on $applied",
    async ({ made, applied, layer }) => {
      const { whole, delta } = await create(made);
      const [all, changed] = [await layersOf(whole), await layersOf(delta)];
      // As on a server that never had them.
      const images = (await engine(applied).output("images", "--quiet")).split("\n");
      await engine(applied).docker("rmi", "--force", ...new Set(images));
      const apply = (bundle: string) =>
        kit(["bundle", "apply", bundle, "--unsigned", "--folder", at(`on-${applied}`)], {
          env: host(applied),
        });
      const early = await apply(delta);
      const results = [await apply(whole), await apply(delta)];
      const names = await engine(applied).output(
        "ps",
        "--filter",
        "health=healthy",
        "--format",
        "{{.Names}}",
      );

      expect(all.named.filter((name) => !layer.test(name))).toEqual([]);
      expect(all.packed).toEqual(all.named);
      expect(changed.packed).toEqual(changed.named.filter((name) => !all.named.includes(name)));
      expect(changed.packed.length).toBeGreaterThan(0);
      expect(changed.packed.length).toBeLessThan(changed.named.length);
      expect(
        [early.code, ...results.map(({ code }) => code)],
        results.map(({ stderr }) => stderr).join("\n"),
      ).toEqual([1, 0, 0]);
      expect(names.split("\n").sort()).toEqual([
        "exploreiot-e2e-saved-mosquitto",
        "exploreiot-e2e-saved-redis",
      ]);
    },
  );
});
