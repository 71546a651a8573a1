import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { expect, onTestFinished, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import { App, TerraformStack } from "../../constructs/cdktf.ts";
import { deploymentHome } from "../../core/home.ts";
import { IotStack } from "../../stacks/iot-stack.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const off = { enabled: false };

test("what is added to a stack of the kit may refer to another stack of the app", () => {
  const name = `t-${process.pid}-refers`;
  onTestFinished(() => rmSync(deploymentHome(name), { recursive: true, force: true }));
  const app = new App({ outdir: temporaryFolder() });
  const own = new TerraformStack(app, "own");
  new DockerProvider(own, "docker", {});
  const network = new Network(own, "Plant", { name: "plant", internal: true });
  const input = { name, backend: off, frontend: off, postgres: off, redis: off };
  const iot = new IotStack(app, parseDeployment(input, "test"), { judged: false });
  new Container(iot, "Reader", { name: "reader", image: "reader", networksAdvanced: [{ name: network.id }] });
  app.synth();
  const json = (stack: string) =>
    JSON.parse(readFileSync(join(app.outdir, "stacks", stack, "cdk.tf.json"), "utf8"));

  expect(Object.values(json("own").output ?? {})).toEqual([
    expect.objectContaining({ value: "${docker_network.Plant.id}" }),
  ]);
  expect(json(name).resource.docker_container.Reader.networks_advanced).toEqual([
    { name: expect.stringMatching(/^\$\{data\.terraform_remote_state\./) },
  ]);
});
