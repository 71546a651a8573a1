import { rmSync } from "node:fs";
import { join } from "node:path";
import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { App, TerraformStack } from "../../constructs/cdktf.ts";
import { deploymentHome } from "../../core/home.ts";
import { addDeployment } from "../../stacks/add-deployment.ts";
import { IotStack } from "../../stacks/iot-stack.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const off = { enabled: false };

/** A broker alone, whose secrets go when the test ends. */
function broker(settings: Omit<DeploymentInput, "name"> = {}) {
  const name = `t-${process.pid}-gated`;
  onTestFinished(() => rmSync(deploymentHome(name), { recursive: true, force: true }));
  const input = { name, backend: off, frontend: off, postgres: off, redis: off, ...settings };
  return parseDeployment(input, "test");
}

/** A stack of somebody's own with a container that is everything it should not be. */
class Careless extends TerraformStack {
  constructor(app: App) {
    super(app, "careless");
    new DockerProvider(this, "docker", {});
    new Container(this, "Web", { name: "web", image: "nginx", privileged: true });
  }
}

const PRIVILEGED = "careless/Web: privileged is true";

describe("an app with a stack of the kit", () => {
  test("is stopped by another stack, made before or after", async () => {
    const before = new App({ outdir: temporaryFolder() });
    new Careless(before);
    new IotStack(before, broker());
    const after = new App({ outdir: temporaryFolder() });
    await addDeployment(after, broker());
    new Careless(after);

    expect(await errorText(() => before.synth())).toContain(PRIVILEGED);
    expect(await errorText(() => after.synth())).toContain(PRIVILEGED);
  });

  test("passes where all are sound", async () => {
    const app = new App({ outdir: temporaryFolder() });
    await addDeployment(app, broker());

    expect(() => app.synth()).not.toThrow();
  });

  test("is not judged for a verb that only looks", async () => {
    const app = new App({ outdir: temporaryFolder() });
    await addDeployment(app, broker(), { onlyLooks: true });
    new Careless(app);

    expect(() => app.synth()).not.toThrow();
  });

  test("is not made without the rules that its deployment names", async () => {
    const rules = join("..", "own-rules");

    expect(
      await errorText(
        () => new IotStack(new App({ outdir: temporaryFolder() }), broker({ policies: { rules } })),
      ),
    ).toBe(
      `t-${process.pid}-gated: policies.rules names ../own-rules, and its rules were not handed over\n  → make the stack with \`await addDeployment(app, deployment)\`, or give it \`ownRules\``,
    );
  });

  test("meets the rules that its deployment names", async () => {
    const rules = temporaryFolder();
    write(
      rules,
      "no-broker.js",
      `export const noBroker = { id: "OWN-001", severity: "high", title: "no broker", allowed: "none", fix: "none",
  source: "here", looksAt: ["docker_container"], check: ({ block }) => block.name.endsWith("-mosquitto") ? ["a broker"] : [] };`,
    );
    const app = new App({ outdir: temporaryFolder() });
    await addDeployment(app, broker({ policies: { rules } }));

    expect(await errorText(() => app.synth())).toContain(
      `t-${process.pid}-gated/Mosquitto/Service/Container: a broker\n    OWN-001 (high) no broker`,
    );
  });

  test("does not leave validations out, of which the gate is one", async () => {
    const app = new App({ outdir: temporaryFolder(), skipValidation: true });

    expect(await errorText(() => new IotStack(app, broker()))).toBe(
      "new App: skipValidation is true, which would leave the policies out; allowed: false, or left out\n  → waive the rules that do not fit, each with a reason: policies/README.md",
    );
  });
});
