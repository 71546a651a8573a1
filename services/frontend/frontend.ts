import { Construct } from "constructs";
import { tmpfsOptions } from "../../constructs/hardening.ts";
import type { PrivateNetwork } from "../../constructs/private-network.ts";
import { probeOf } from "../../constructs/probes.ts";
import { ServiceContainer } from "../../constructs/service-container.ts";
import { DataVolume } from "../../constructs/volumes.ts";
import { applicationSettings } from "../application/files.ts";
import { referents } from "../references.ts";
import type { ServiceScope } from "../service-scope.ts";

export interface FrontendProps {
  readonly context: ServiceScope;

  /** The only network it is on: it reaches the backend and neither the broker nor the databases. */
  readonly edge: PrivateNetwork;
}

/** The web page's server. */
export class Frontend extends Construct {
  constructor(scope: Construct, id: string, { context, edge }: FrontendProps) {
    super(scope, id);
    const { frontend } = context.deployment;
    const { environment, files, wrapper } = applicationSettings(
      this,
      "Files",
      { ...frontend, name: "frontend" },
      context,
    );
    const command = frontend.command;
    new ServiceContainer(this, "Service", {
      kind: "frontend",
      context,
      role: "frontend",
      alias: "frontend",
      image: context.images.application("frontend", frontend, referents(context.deployment)),
      user: frontend.user,
      limits: frontend.limits,
      limitsAt: "frontend.limits",
      networks: [edge],
      environment: environment({ name: "frontend", group: "" }),
      tmpfs: Object.fromEntries(
        frontend.tmpfs.map(({ path, sizeMiB }) => [path, tmpfsOptions(sizeMiB, frontend.user)]),
      ),
      volumes: frontend.volumes.map(({ name, path }) => ({
        name: new DataVolume(this, `Volume-${name}`, `frontend-${name}-data`, context).name,
        path,
      })),
      probe: probeOf(frontend.health, frontend, context.deployment),
      health: frontend.health,
      published: [{ listener: "frontend", internal: frontend.port }],
      ...(files === undefined ? {} : { files }),
      ...(command === undefined
        ? {}
        : wrapper.length > 0
          ? { entrypoint: [...wrapper, ...command] }
          : { command }),
    });
  }
}
