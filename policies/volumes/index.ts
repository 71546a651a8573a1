import type { Policy } from "../policy.ts";
import { anonymousVolumesAreKept } from "./anonymous-volumes-are-kept.ts";
import { dataIsNotDestroyed } from "./data-is-not-destroyed.ts";
import { dataIsOnANamedVolume } from "./data-is-on-a-named-volume.ts";
import { deliveredFilesAreReadOnly } from "./delivered-files-are-read-only.ts";
import { driversCarryNoCredential } from "./drivers-carry-no-credential.ts";
import { oneServiceWrites } from "./one-service-writes.ts";
import { oneServiceWritesToAFolder } from "./one-service-writes-to-a-folder.ts";
import { volumesHaveAName } from "./volumes-have-a-name.ts";
import { volumesHideNoHostPath } from "./volumes-hide-no-host-path.ts";

export const volumes: readonly Policy[] = [
  dataIsOnANamedVolume,
  dataIsNotDestroyed,
  driversCarryNoCredential,
  oneServiceWrites,
  volumesHideNoHostPath,
  volumesHaveAName,
  anonymousVolumesAreKept,
  deliveredFilesAreReadOnly,
  oneServiceWritesToAFolder,
];
