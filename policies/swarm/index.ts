import type { Policy } from "../policy.ts";
import { applyWaitsForTasks } from "./apply-waits-for-tasks.ts";
import { dataStaysOnItsNode } from "./data-stays-on-its-node.ts";
import { deliveredFilesArePrivate } from "./delivered-files-are-private.ts";
import { firewallBackendFits } from "./firewall-backend-fits.ts";
import { managementPortsAreFiltered } from "./management-ports-are-filtered.ts";
import { overlaysAreClosed } from "./overlays-are-closed.ts";
import { overlaysAreEncrypted } from "./overlays-are-encrypted.ts";
import { publishedPortsAreListed } from "./published-ports-are-listed.ts";
import { replicasFit } from "./replicas-fit.ts";
import { resourcesAreReserved } from "./resources-are-reserved.ts";
import { restartsAreSpaced } from "./restarts-are-spaced.ts";
import { rollbacksAreStated } from "./rollbacks-are-stated.ts";
import { secretsAreSwarmSecrets } from "./secrets-are-swarm-secrets.ts";
import { serviceImagesArePinned } from "./service-images-are-pinned.ts";
import { servicesMayFinish } from "./services-may-finish.ts";
import { updatesRollBack } from "./updates-roll-back.ts";

export const swarm: readonly Policy[] = [
  overlaysAreEncrypted,
  overlaysAreClosed,
  secretsAreSwarmSecrets,
  updatesRollBack,
  rollbacksAreStated,
  replicasFit,
  resourcesAreReserved,
  dataStaysOnItsNode,
  publishedPortsAreListed,
  applyWaitsForTasks,
  serviceImagesArePinned,
  restartsAreSpaced,
  servicesMayFinish,
  managementPortsAreFiltered,
  firewallBackendFits,
  deliveredFilesArePrivate,
];
