import { Construct, type IConstruct } from "constructs";
import { tmpfsOptions } from "../../constructs/hardening.ts";
import type { PrivateNetwork } from "../../constructs/private-network.ts";
import { probeOf } from "../../constructs/probes.ts";
import { type ContainerProps, JobContainer, ServiceContainer } from "../../constructs/service-container.ts";
import { DataVolume } from "../../constructs/volumes.ts";
import type { NetworkName } from "../../site/settings.ts";
import { type ApplicationSettings, applicationSettings } from "../application/files.ts";
import type { Given, GivenRole } from "../application/given.ts";
import { MIGRATE } from "../application/settings.ts";
import { referents, replicaNames } from "../references.ts";
import type { ServiceScope } from "../service-scope.ts";

export interface BackendProps {
  readonly context: ServiceScope;

  /** A network is made when somebody asks for it: edge only for the published role, the others for those that join. */
  readonly networks: (name: NetworkName) => PrivateNetwork;

  /** What has to be healthy before it starts. */
  readonly after: readonly IConstruct[];
}

/** What the programs of one image have in common; none of it opens anything. */
type Shared = Pick<ContainerProps, "image" | "user" | "tmpfs" | "volumes"> & {
  readonly context: ServiceScope;
};

/** The backend: one image in one or more roles, after a migration that ran once. Each has files and logins of its own. */
export class Backend extends Construct {
  constructor(scope: Construct, id: string, { context, networks, after }: BackendProps) {
    super(scope, id);
    const { backend } = context.deployment;
    const shared = this.#shared(context);
    const before: IConstruct[] = [...after];
    if (backend.migrate !== undefined) {
      const { command, ...given } = backend.migrate;
      const settings = this.#settings(MIGRATE, given, context);
      before.push(
        new JobContainer(this, "Migrate", {
          ...shared,
          ...run([...settings.wrapper, ...command], settings),
          ...confined(given, settings, networks, false),
          environment: settings.environment({ name: MIGRATE, group: "" }),
          role: MIGRATE,
          after,
        }),
      );
    }
    for (const role of backend.roles) {
      const settings = this.#settings(role.name, role, context);
      const props = { ...shared, ...confined(role, settings, networks, role.publish), after: before };
      for (const name of replicaNames(role)) this.#role(name, role, props, settings);
    }
  }

  #settings(role: string, { environment, secrets }: Given, context: ServiceScope): ApplicationSettings {
    const { user } = context.deployment.backend;
    return applicationSettings(
      this,
      `Files-${role}`,
      { name: role, role, user, environment, secrets },
      context,
    );
  }

  #shared(context: ServiceScope): Shared {
    const { backend } = context.deployment;
    return {
      context,
      image: context.images.application("backend", backend, referents(context.deployment)),
      user: backend.user,
      tmpfs: Object.fromEntries(
        backend.tmpfs.map(({ path, sizeMiB }) => [path, tmpfsOptions(sizeMiB, backend.user)]),
      ),
      volumes: backend.volumes.map(({ name, path }) => ({
        name: new DataVolume(this, `Volume-${name}`, `backend-${name}-data`, context).name,
        path,
      })),
    };
  }

  #role(
    name: string,
    role: GivenRole,
    props: Omit<ContainerProps, "role"> & { readonly context: ServiceScope },
    settings: ApplicationSettings,
  ): void {
    const { backend } = props.context.deployment;
    const command = role.command === undefined ? undefined : [...settings.wrapper, ...role.command];
    new ServiceContainer(this, name, {
      kind: "backend",
      ...props,
      ...run(command, settings),
      environment: settings.environment({ name, group: role.replicas > 1 ? role.name : "" }),
      role: name,
      // The published role is what others call "backend"; the rest answer at their own name.
      alias: role.publish ? "backend" : role.name,
      probe: probeOf(role.health, backend, props.context.deployment),
      health: role.health,
      ...(role.publish ? { published: [{ listener: "backend", internal: backend.port }] } : {}),
    });
  }
}

/** What one program has for itself: limits, networks, files. */
function confined(
  { limits, limitsAt, networks: joined }: Given,
  { files }: ApplicationSettings,
  networks: BackendProps["networks"],
  published: boolean,
) {
  const names = (["edge", "broker", "data"] as const).filter((name) =>
    name === "edge" ? published : joined.includes(name),
  );
  return { limits, limitsAt, networks: names.map(networks), ...(files === undefined ? {} : { files }) };
}

/** A wrapped command takes the place of the image's entrypoint, or the entrypoint would run the wrapper. */
function run(command: readonly string[] | undefined, { wrapper }: ApplicationSettings) {
  if (command === undefined) return {};
  return wrapper.length > 0 ? { entrypoint: command, command: [] } : { command };
}
