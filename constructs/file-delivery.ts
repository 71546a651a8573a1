import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct } from "constructs";
import { FILES } from "../core/container-folders.ts";
import { type DeliveredFile, deliveryJob, fingerprint, INCOMING } from "./delivery-job.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import { namedVolume } from "./volumes.ts";

export type { DeliveredFile };

export interface FileDeliveryProps {
  /** Names the volume and the container: `<service>-files`. */
  readonly service: string;

  /** Numeric `uid:gid` that alone can read the files (mode 0400). */
  readonly user: string;

  readonly files: readonly DeliveredFile[];
  readonly context: DeploymentScope;
}

/**
 * Gives configuration and secrets to a service: a one-shot container receives the files, puts them into a
 * volume for the service's user and exits.
 */
export class FileDelivery extends Construct {
  readonly volumeName: string;

  /** Changes with every byte delivered; part of the config hash of the containers that read the files. */
  readonly hash: string;

  readonly container: Container;

  constructor(scope: Construct, id: string, props: FileDeliveryProps) {
    super(scope, id);
    const { service, user, files, context } = props;
    const script = deliveryScript(
      files.map((file) => file.name),
      user,
    );
    this.hash = context.secrets.keyedHash(JSON.stringify([user, script, files.map(fingerprint)]));
    this.volumeName = namedVolume(this, `${service}-files`, context);
    this.container = deliveryJob(this, "Container", {
      role: `${service}-files`,
      what: `the files of ${service}`,
      script,
      volumeName: this.volumeName,
      path: FILES,
      files,
      hash: this.hash,
      context,
    });
  }
}

/**
 * Copies what arrived, fails if something never did, and removes what is no longer declared. It may run again
 * with nothing new (an engine that restarts stopped jobs): what was delivered before then stays. Received
 * secrets are removed where they are copies of this container.
 */
export function deliveryScript(names: readonly string[], user: string): string {
  const [uid, gid] = user.split(":");
  const wanted = names.map((name) => `./${name}`);
  return [
    `cd ${FILES}`,
    `for name in ${names.join(" ")}; do`,
    `  if [ -f ${INCOMING}/$name ]; then`,
    `    mkdir -p "$(dirname "$name")"; cp ${INCOMING}/$name $name.new; mv $name.new $name`,
    `  fi`,
    `  [ -f $name ] || { echo "$name was not delivered" >&2; exit 1; }`,
    `done`,
    `find . -type f | while read -r name; do case " ${wanted.join(" ")} " in *" $name "*) ;; *) rm "$name" ;; esac; done`,
    `chown -R ${uid}:${gid} .`,
    `find . -type d -exec chmod 0500 {} +`,
    `find . -type f -exec chmod 0400 {} +`,
    `rm -rf ${INCOMING}/* 2>/dev/null || true`,
  ].join("\n");
}
