import { relative } from "node:path";
import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { Construct } from "constructs";
import { FILES } from "../config/references.ts";
import type { SecretFile } from "../config/secrets.ts";
import { containerLabels } from "./container-labels.ts";
import { type DeploymentScope, resourceName } from "./deployment-scope.ts";
import { hardened } from "./hardening.ts";
import { literal } from "./literal.ts";

/** Where the one-shot container receives them before it hands them over. */
const INCOMING = "/incoming";

/** A file for a service: public text, which may stand in the JSON, or a secret file on disk, which must not. */
export type DeliveredFile =
  | { readonly name: string; readonly content: string }
  | ({ readonly name: string } & SecretFile);

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
 * volume for the service's user and exits. Terraform's state and JSON hold a path and a keyed hash for a
 * secret, never its content; `docker inspect` shows neither.
 */
export class FileDelivery extends Construct {
  readonly volumeName: string;

  /** Changes with every byte delivered; part of the config hash of the containers that read the files. */
  readonly hash: string;

  readonly container: Container;

  constructor(scope: Construct, id: string, props: FileDeliveryProps) {
    super(scope, id);
    const { service, user, files, context } = props;
    const name = resourceName(context, `${service}-files`);
    const script = deliveryScript(
      files.map((file) => file.name),
      user,
    );
    this.hash = context.secrets.keyedHash(JSON.stringify([user, script, files.map(fingerprint)]));
    this.volumeName = new Volume(this, "Volume", { name }).name;
    this.container = new Container(this, "Container", {
      ...hardened,
      // Written to before it starts, so its root cannot be read-only; it runs for a moment, without a network.
      readOnly: false,
      name,
      image: context.images.kit("base"),
      entrypoint: ["/bin/sh", "-euc"],
      command: [script],
      user: "0:0",
      capabilities: { drop: ["ALL"], add: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
      networkMode: "none",
      memory: 32,
      memorySwap: 32,
      cpus: "1.0",
      volumes: [{ volumeName: this.volumeName, containerPath: FILES }],
      upload: files.map((file) => upload(file, context)),
      labels: containerLabels(context, { role: `${service}-files`, configHash: this.hash, pids: 16 }),
      mustRun: false,
      attach: true,
      logs: true,
      restart: "no",
      destroyGraceSeconds: 1,
      lifecycle: {
        postcondition: [
          {
            condition: "${self.exit_code == 0}",
            errorMessage: `${name}: the files of ${service} could not be delivered, see its container_logs`,
          },
        ],
      },
    });
    // Terraform reads nothing below "//"; `render` reads there how each secret file is made.
    this.container.addOverride("//.madeOf", madeOf(files));
  }
}

/** Where a secret file arrives, and what it is made of. */
const madeOf = (files: readonly DeliveredFile[]) =>
  Object.fromEntries(
    files.flatMap((file) => ("content" in file ? [] : [[`${INCOMING}/${file.name}`, file.madeOf]])),
  );

const fingerprint = (file: DeliveredFile) => [file.name, "content" in file ? file.content : file.hash];

function upload(file: DeliveredFile, { stackFolder }: DeploymentScope) {
  const target = `${INCOMING}/${file.name}`;
  return "content" in file
    ? { file: target, content: literal(file.content) }
    : {
        file: target,
        source: relative(stackFolder, file.secretFile),
        sourceHash: file.hash,
        permissions: "0400",
      };
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
