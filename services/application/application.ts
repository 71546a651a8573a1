import { Construct, type IConstruct } from "constructs";
import { tmpfsOptions } from "../../constructs/hardening.ts";
import { OwnedVolume } from "../../constructs/owned-volume.ts";
import { probeOf } from "../../constructs/probes.ts";
import { type ContainerProps, JobContainer, ServiceContainer } from "../../constructs/service-container.ts";
import { referents, replicaNames } from "../references.ts";
import type { ServiceScope } from "../service-scope.ts";
import { containerWaivers, imageWaivers, linkWaivers } from "./allowances.ts";
import { storesOf } from "./connects.ts";
import { type DeliveredSettings, deliveredSettings } from "./files.ts";
import type { Program, Application as Settings } from "./program.ts";

export interface ApplicationProps {
  readonly context: ServiceScope;

  /** `backend`, `frontend`, or the name of a service of the user's own; it is on. */
  readonly name: string;

  /** The networks that it joins. @default - those of the deployment */
  readonly networks?: ServiceScope["network"];

  /** Another service that has to be up before. @default - nothing has to */
  readonly after?: (service: string) => readonly IConstruct[];
}

/** Settings that the programs of one image have in common; none of them opens anything. */
type Shared = Pick<ContainerProps, "image" | "user" | "tmpfs" | "readOnly" | "waivers"> & {
  readonly context: ServiceScope;
};

/** A volume and what is mounted of it. */
interface Mounted {
  readonly volume: OwnedVolume;
  readonly path: string;
  readonly writer?: string | undefined;
}

/** An application: one image in one or more programs. Each has files, networks and logins of its own. */
export class Application extends Construct {
  constructor(scope: Construct, id: string, { context, name, networks, after = () => [] }: ApplicationProps) {
    super(scope, id);
    const network = networks ?? context.network;
    const programs = context.deployment.programs.filter(({ application }) => application === name);
    const [first] = programs;
    if (first === undefined) throw new Error(`${name} has no program that is on`);
    const shared = this.#shared(first.of, context);
    const volumes = this.#volumes(first.of, context);
    const jobs = new Map<string, IConstruct>();
    for (const program of programs) {
      const before = program.after.flatMap((service) => jobs.get(service) ?? after(service));
      const settings = deliveredSettings(this, program.ids.files, program, context);
      const props = {
        ...shared,
        ...confined(program, settings, network),
        ...run(program, settings),
        connects: storesOf(program, context.deployment),
        waivers: [...(shared.waivers ?? []), ...linkWaivers(program, context.deployment)],
        volumes: volumes.map((mount) => mounted(mount, program)),
        after: [...volumes.map(({ volume }) => volume), ...before],
      };
      if (program.job) jobs.set(program.name, this.#job(program, props, settings));
      else this.#service(program, props, settings);
    }
  }

  #shared(application: Settings, context: ServiceScope): Shared {
    const { name, user, tmpfs, allow } = application;
    return {
      context,
      image: context.images.application(
        name,
        application,
        referents(context.deployment),
        imageWaivers(application, context.deployment.environment),
      ),
      user,
      tmpfs: Object.fromEntries(tmpfs.map(({ path, sizeMiB }) => [path, tmpfsOptions(sizeMiB, user)])),
      ...(allow?.writableRoot === undefined ? {} : { readOnly: false }),
      waivers: containerWaivers(application, context.deployment.environment),
    };
  }

  #volumes({ name, volumes, user }: Settings, context: ServiceScope): readonly Mounted[] {
    return volumes.map(({ name: volume, ...mount }) => ({
      ...mount,
      volume: new OwnedVolume(this, `Volume-${volume}`, { part: `${name}-${volume}-data`, user, context }),
    }));
  }

  #job(
    { name, ids }: Program,
    props: Omit<ContainerProps, "role">,
    settings: DeliveredSettings,
  ): JobContainer {
    return new JobContainer(this, ids.container, {
      ...props,
      environment: settings.environment({ name, group: "" }),
      role: name,
    });
  }

  #service(
    program: Program,
    props: Omit<ContainerProps, "role"> & { readonly context: ServiceScope },
    settings: DeliveredSettings,
  ): void {
    const { of, alias, health, listener, replicas } = program;
    for (const name of replicaNames(program)) {
      new ServiceContainer(this, replicas === 1 ? program.ids.container : name, {
        kind: of.at === of.name ? of.name : "own",
        ...props,
        environment: settings.environment({ name, group: replicas > 1 ? program.name : "" }),
        role: name,
        alias,
        probe: probeOf(health, of, props.context.deployment),
        health,
        ...(listener === undefined || of.port === undefined
          ? {}
          : { published: [{ listener, internal: of.port }] }),
      });
    }
  }
}

/** The settings of one program: limits, networks, files. */
function confined(
  { limits, limitsAt, networks: joined }: Program,
  { files }: DeliveredSettings,
  networks: ServiceScope["network"],
) {
  return { limits, limitsAt, networks: joined.map(networks), ...(files === undefined ? {} : { files }) };
}

const mounted = ({ volume, path, writer }: Mounted, program: Program) => ({
  name: volume.name,
  path,
  ...(writer === undefined || writer === program.name ? {} : { readOnly: true }),
});

/** A wrapped command takes the place of the image's entrypoint, or the entrypoint would run the wrapper. */
function run({ command }: Program, { wrapper }: DeliveredSettings) {
  if (command === undefined) return {};
  return wrapper.length > 0 ? { entrypoint: [...wrapper, ...command], command: [] } : { command };
}
