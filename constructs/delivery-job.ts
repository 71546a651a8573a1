import { relative } from "node:path";
import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import type { Construct } from "constructs";
import { isText, namesIn } from "../core/secret-text.ts";
import type { SecretFile } from "../core/secrets.ts";
import { stateFacts } from "./container-facts.ts";
import { containerLabels } from "./container-labels.ts";
import { type DeploymentScope, resourceName } from "./deployment-scope.ts";
import { hardened } from "./hardening.ts";
import { literal } from "./literal.ts";

/** Where the one-shot container receives files before it hands them over. */
export const INCOMING = "/incoming";

/** A file for a service: public text, which may stand in the JSON, or a secret file on disk, which must not. */
export type DeliveredFile =
  | { readonly name: string; readonly content: string }
  | ({ readonly name: string } & SecretFile);

export interface DeliveryJobProps {
  /** Of the container: `<service>-files`. */
  readonly role: string;

  /** @default base */
  readonly image?: "base" | "probe";

  /** The files that could not be delivered when it fails, as a person calls them. */
  readonly what: string;

  /** Run by `sh -euc` as root, with the files below `INCOMING`. */
  readonly script: string;

  readonly volumeName: string;

  /** Where the volume is mounted. */
  readonly path: string;

  readonly files: readonly DeliveredFile[];

  /** Where a file is in the volume when the script is done, by its name. @default - at its name */
  readonly places?: Readonly<Record<string, string>>;

  /** Whether it delivers nothing, and gives an empty volume to its user. @default false */
  readonly givesVolume?: boolean;

  readonly hash: string;
  readonly context: Omit<DeploymentScope, "probeProgram">;
}

/**
 * A one-shot container that receives files through the Docker API and puts them into a volume. Terraform's state and
 * JSON hold a path and a keyed hash for a secret, never its content; `docker inspect` shows neither.
 */
export function deliveryJob(scope: Construct, id: string, props: DeliveryJobProps): Container {
  const { role, what, script, volumeName, path, files, hash, context } = props;
  const name = resourceName(context, role);
  const container = new Container(scope, id, {
    ...hardened,
    // Written to before it starts, so its root cannot be read-only; it runs for a moment, without a network.
    readOnly: false,
    name,
    image: context.images.kit(props.image ?? "base"),
    entrypoint: ["/bin/sh", "-euc"],
    command: [literal(script)],
    user: "0:0",
    capabilities: { drop: ["ALL"], add: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
    networkMode: "none",
    memory: 32,
    memorySwap: 32,
    cpus: "1.0",
    volumes: [{ volumeName, containerPath: path }],
    upload: files.map((file) => upload(file, context)),
    labels: containerLabels(context, {
      ...{ role, configHash: hash, pids: 16 },
      rotation: Math.max(0, ...files.map((file) => rotationOf(file, context))),
    }),
    mustRun: false,
    attach: true,
    logs: true,
    restart: "no",
    destroyGraceSeconds: 1,
    lifecycle: {
      postcondition: [
        {
          condition: "${self.exit_code == 0}",
          errorMessage: `${name}: ${what} could not be delivered, see its container_logs`,
        },
      ],
    },
  });
  stateFacts(container, {
    origins: origins(files),
    ...(props.places === undefined ? {} : { places: placed(props.places) }),
    ...(props.givesVolume ? { givesVolume: true } : {}),
  });
  return container;
}

/** The number of the rotation that changed a file last; of the keys and certificates that of any of them. */
function rotationOf(file: DeliveredFile, { secrets }: DeliveryJobProps["context"]): number {
  if ("content" in file) return 0;
  return isText(file.origin) ? secrets.rotationOf(namesIn(file.origin)) : secrets.rotationOfKeys();
}

const origins = (files: readonly DeliveredFile[]) =>
  Object.fromEntries(
    files.flatMap((file) =>
      "content" in file || file.origin === undefined ? [] : [[`${INCOMING}/${file.name}`, file.origin]],
    ),
  );

const placed = (places: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(places).map(([name, place]) => [`${INCOMING}/${name}`, place]));

/** The identity of a delivered file: its text if that is public, else its keyed hash. */
export const fingerprint = (file: DeliveredFile) => [file.name, "content" in file ? file.content : file.hash];

function upload(file: DeliveredFile, { stackFolder }: Pick<DeploymentScope, "stackFolder">) {
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
