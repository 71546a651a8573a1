import { Image } from "@cdktf/provider-docker/lib/image/index.js";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { type App, TerraformStack } from "cdktf";
import {
  commandProbe,
  type Deployment,
  kitScope,
  Mosquitto,
  ServiceContainer,
  StateBackend,
} from "exploreiot";

/** Pinned by digest: what it holds cannot change under its name. */
const BRIDGE =
  "registry.example/bridge:1.4@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

/** A broker of the kit, and a program of one's own next to it. */
export class Plant extends TerraformStack {
  constructor(app: App, deployment: Deployment) {
    super(app, deployment.name);
    new DockerProvider(this, "docker", {});
    const context = kitScope(this, deployment);
    new StateBackend(this, deployment, context.stackFolder);
    const broker = new Mosquitto(this, "Mosquitto", { context });
    const image = new Image(this, "BridgeImage", { name: BRIDGE, keepLocally: true });
    new ServiceContainer(this, "Bridge", {
      context,
      role: "bridge",
      alias: "bridge",
      image: image.imageId,
      user: "4000:4000",
      limits: { memoryMiB: 64, cpus: 0.5, pids: 50 },
      networks: [context.network("broker")],
      probe: commandProbe(["bridge", "--check"]),
      after: [broker],
    });
  }
}
