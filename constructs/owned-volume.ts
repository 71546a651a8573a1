import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct } from "constructs";
import { deliveryJob } from "./delivery-job.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import { namedVolume } from "./volumes.ts";

const FOLDER = "/volume";

export interface OwnedVolumeProps {
  /** Names the volume: `exploreiot-<deployment>-<part>`. */
  readonly part: string;

  /** Numeric `uid:gid` of those who write to it. */
  readonly user: string;

  readonly context: DeploymentScope;
}

/**
 * A volume for what a program writes that does not run as root. An engine gives a new volume to root unless the image has
 * a folder at that path, whose owner it then takes; a one-shot container gives one that is empty to the program's user.
 * A volume that has something in it is left as it is.
 */
export class OwnedVolume extends Construct {
  readonly name: string;

  /** Has to be done before the first program mounts the volume. */
  readonly container: Container;

  constructor(scope: Construct, id: string, { part, user, context }: OwnedVolumeProps) {
    super(scope, id);
    this.name = namedVolume(this, part, context);
    const script = `[ -n "$(ls -A ${FOLDER})" ] || chown ${user} ${FOLDER}`;
    this.container = deliveryJob(this, "Owner", {
      role: `${part}-files`,
      what: `the volume ${this.name}`,
      script,
      volumeName: this.name,
      path: FOLDER,
      files: [],
      givesVolume: true,
      hash: context.secrets.keyedHash(script),
      context,
    });
  }
}
