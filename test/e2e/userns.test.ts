import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { kit, missing, TestDeployment, titled } from "../support/e2e.ts";
import { PrivateEngine, REMAPPED } from "../support/e2e-private-engine.ts";
import { RenderedFolder } from "../support/e2e-rendered.ts";

const reason = missing.namespaces ?? missing.compose;
const deployment = new TestDeployment({
  name: "e2e-userns",
  listeners: { mqtt: { port: 25_531 } },
  networks: { broker: { ipv4: "10.213.95.0/25" } },
  ...BROKER_ALONE,
});
const broker = deployment.container("mosquitto");

/** Root of such an engine's containers is no user of this machine: it reads nothing that only we may read. */
describe.skipIf(reason)(titled("an engine with user namespaces", reason), { timeout: 120_000 }, () => {
  const engine = new PrivateEngine();
  const own = mkdtempSync(join(tmpdir(), "exploreiot-own-"));
  const env = { DOCKER_HOST: engine.host };

  beforeAll(async () => {
    await engine.start({ "userns-remap": REMAPPED });
    const { stdout } = await deployment.kit("images", "--json");
    await engine.load((JSON.parse(stdout) as readonly { readonly tag: string }[]).map(({ tag }) => tag));
  }, 120_000);
  afterAll(async () => {
    await engine.remove();
    await deployment.wipe();
    rmSync(own, { recursive: true, force: true });
  });

  const healthy = () => engine.output("inspect", "--format", "{{.State.Health.Status}}", broker);
  const delivered = () => engine.output("exec", broker, "cat", "/run/exploreiot/mosquitto_sub");

  test("is given its files by compose", async () => {
    const { code, stderr } = await kit(["up", "--config", deployment.site, "--runner", "compose"], { env });

    expect(code, stderr).toBe(0);
    expect(await engine.output("exec", broker, "cat", "/proc/self/uid_map")).toMatch(/^0\s+200000\s+65536$/);
    expect(await healthy()).toBe("healthy");
    expect(await delivered()).toContain(`-P ${deployment.secret("mqtt-health-password")}`);
    const down = await kit(["down", "--config", deployment.site, "--delete-data", "--yes"], { env });
    expect(down.code, down.stderr).toBe(0);
  });

  test("is given its files by a rendered folder, and none of the user's own settings", async () => {
    const plugins = join(process.env.DOCKER_CONFIG ?? join(homedir(), ".docker"), "cli-plugins");
    symlinkSync(plugins, join(own, "cli-plugins"));
    const proxies = { default: { httpProxy: "http://u:p@127.0.0.1:9" } };
    writeFileSync(join(own, "config.json"), JSON.stringify({ proxies }));
    const stray = {
      COMPOSE_PROJECT_NAME: "stray",
      MOSQUITTO_FILES: "stray",
      DOCKER_DEFAULT_PLATFORM: "linux/arm64",
    };
    const files = new RenderedFolder({ ...env, DOCKER_CONFIG: own, ...stray });
    await files.render(deployment);
    const { code, stderr } = await files.shell("./start.sh");

    expect(code, stderr).toBe(0);
    expect(await healthy()).toBe("healthy");
    expect(await delivered()).toMatch(/^-P \S{40,}$/m);
    const [state] = JSON.parse(await engine.output("inspect", broker));
    expect(state.Config.Env.filter((entry: string) => /proxy/i.test(entry))).toEqual([]);
    expect(state.Config.Labels["com.docker.compose.project"]).toBe(`exploreiot-${deployment.name}`);
    expect(state.Config.Labels["exploreiot.config-hash"]).not.toContain("stray");
    files.remove();
  });
});
