import { Construct, type IConstruct } from "constructs";
import { HOST, replicaNames } from "../config/references.ts";
import type { Role } from "../config/schema.ts";
import { type ApplicationSettings, applicationSettings } from "./application-files.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import { probeOf, tmpfsOptions } from "./hardening.ts";
import type { PrivateNetwork } from "./private-network.ts";
import { type ContainerProps, JobContainer, ServiceContainer } from "./service-container.ts";
import { DataVolume } from "./volumes.ts";

export interface BackendProps {
  readonly context: DeploymentScope;

  /** Where the frontend and the published port are; only published roles join it, and nobody else asks for it. */
  readonly edge: () => PrivateNetwork;

  /** The networks of what the backend needs: broker and data. */
  readonly inner: readonly PrivateNetwork[];

  /** What has to be healthy before it starts. */
  readonly after: readonly IConstruct[];
}

/** The backend: one image in one or more roles, after a migration that ran once. */
export class Backend extends Construct {
  constructor(scope: Construct, id: string, { context, edge, inner, after }: BackendProps) {
    super(scope, id);
    const { backend } = context.deployment;
    const settings = applicationSettings(this, "backend", backend, context);
    const shared = this.#shared(context, settings);
    const before: IConstruct[] = [...after];
    if (backend.migrate !== undefined) {
      const command = [...settings.wrapper, ...backend.migrate.command];
      before.push(
        new JobContainer(this, "Migrate", {
          ...shared,
          ...run(command, settings),
          environment: settings.environment({ name: "migrate", group: "" }),
          role: "migrate",
          networks: inner,
          after,
        }),
      );
    }
    for (const role of backend.roles) {
      for (const name of replicaNames(role)) {
        this.#role(
          name,
          role,
          { ...shared, networks: role.publish ? [edge(), ...inner] : inner, after: before },
          settings,
        );
      }
    }
  }

  #shared(context: DeploymentScope, settings: ApplicationSettings) {
    const { backend } = context.deployment;
    const { files } = settings;
    return {
      context,
      image: context.images.application("backend", backend),
      user: backend.user,
      limits: backend.limits,
      tmpfs: Object.fromEntries(
        backend.tmpfs.map(({ path, sizeMiB }) => [path, tmpfsOptions(sizeMiB, backend.user)]),
      ),
      volumes: backend.volumes.map(({ name, path }) => ({
        name: new DataVolume(this, `Volume-${name}`, `backend-${name}-data`, context).name,
        path,
      })),
      ...(files === undefined ? {} : { files }),
    };
  }

  #role(name: string, role: Role, props: Omit<ContainerProps, "role">, settings: ApplicationSettings): void {
    const { port, healthPath } = props.context.deployment.backend;
    const command = role.command === undefined ? undefined : [...settings.wrapper, ...role.command];
    new ServiceContainer(this, name, {
      ...props,
      ...run(command, settings),
      environment: settings.environment({ name, group: role.replicas > 1 ? role.name : "" }),
      role: name,
      // The published role is what others call "backend"; the rest answer at their own name.
      alias: role.publish ? HOST.backend : role.name,
      probe: probeOf(role.health, port, healthPath),
      ...(role.publish ? { published: [{ listener: "backend", internal: port }] } : {}),
    });
  }
}

/** A wrapped command takes the place of the image's entrypoint, or the entrypoint would run the wrapper. */
function run(command: readonly string[] | undefined, { wrapper }: ApplicationSettings) {
  if (command === undefined) return {};
  return wrapper.length > 0 ? { entrypoint: command, command: [] } : { command };
}
