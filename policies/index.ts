import type { Policy } from "./policy.ts";
import { attributesAreApplied } from "./provider/attributes-are-applied.ts";
import { capabilitiesAreSpelledInFull } from "./provider/capabilities-are-spelled-in-full.ts";
import { containersAreKept } from "./provider/containers-are-kept.ts";
import { containersCarryAConfigHash } from "./provider/containers-carry-a-config-hash.ts";
import { containersMayFinish } from "./provider/containers-may-finish.ts";
import { cpuIsLimited } from "./provider/cpu-is-limited.ts";
import { dataIsNotDestroyed } from "./provider/data-is-not-destroyed.ts";
import { deliveryHasNoNetwork } from "./provider/delivery-has-no-network.ts";
import { durationsAreSpelledAsGoPrintsThem } from "./provider/durations-are-spelled-as-go-prints-them.ts";
import { imagesAreKept } from "./provider/images-are-kept.ts";
import { imagesAreNamedByContent } from "./provider/images-are-named-by-content.ts";
import { jobsFailTheApply } from "./provider/jobs-fail-the-apply.ts";
import { logOptionsAreComplete } from "./provider/log-options-are-complete.ts";
import { memoryIsLimited } from "./provider/memory-is-limited.ts";
import { namesAreFreedBeforeUse } from "./provider/names-are-freed-before-use.ts";
import { networkNamespaceIsItsOwn } from "./provider/network-namespace-is-its-own.ts";
import { networksAreJoinedById } from "./provider/networks-are-joined-by-id.ts";
import { networksCarryNoLabels } from "./provider/networks-carry-no-labels.ts";
import { networksStateAllTheirAddresses } from "./provider/networks-state-all-their-addresses.ts";
import { noPortIsPublishedUnasked } from "./provider/no-port-is-published-unasked.ts";
import { oneHostBindingPerPort } from "./provider/one-host-binding-per-port.ts";
import { processCountIsStated } from "./provider/process-count-is-stated.ts";
import { providerIsPinned } from "./provider/provider-is-pinned.ts";
import { publishedPortsHaveAWayOut } from "./provider/published-ports-have-a-way-out.ts";
import { publishedPortsStateAHostPort } from "./provider/published-ports-state-a-host-port.ts";
import { publishedPortsStateAnAddress } from "./provider/published-ports-state-an-address.ts";
import { resourcesAreSupported } from "./provider/resources-are-supported.ts";
import { restartPolicyFits } from "./provider/restart-policy-fits.ts";
import { secretsAreNotInTheEnvironment } from "./provider/secrets-are-not-in-the-environment.ts";
import { secretsAreNotInUploadedText } from "./provider/secrets-are-not-in-uploaded-text.ts";
import { servicesAreWaitedFor } from "./provider/services-are-waited-for.ts";
import { servicesHaveAHealthcheck } from "./provider/services-have-a-healthcheck.ts";
import { swapIsLimitedWithMemory } from "./provider/swap-is-limited-with-memory.ts";
import { uploadedFilesAreSeenToChange } from "./provider/uploaded-files-are-seen-to-change.ts";
import { uploadsGoToJobs } from "./provider/uploads-go-to-jobs.ts";
import { uploadsNeedAWritableRoot } from "./provider/uploads-need-a-writable-root.ts";
import { volumesCarryNoLabels } from "./provider/volumes-carry-no-labels.ts";

/** Every rule that judges a stack, in the order of the provider rules (README.md) and so of the report. */
export const policies: readonly Policy[] = [
  providerIsPinned,
  noPortIsPublishedUnasked,
  containersAreKept,
  attributesAreApplied,
  namesAreFreedBeforeUse,
  memoryIsLimited,
  swapIsLimitedWithMemory,
  cpuIsLimited,
  capabilitiesAreSpelledInFull,
  durationsAreSpelledAsGoPrintsThem,
  containersCarryAConfigHash,
  servicesHaveAHealthcheck,
  servicesAreWaitedFor,
  oneHostBindingPerPort,
  publishedPortsHaveAWayOut,
  networkNamespaceIsItsOwn,
  publishedPortsStateAnAddress,
  publishedPortsStateAHostPort,
  networksAreJoinedById,
  networksStateAllTheirAddresses,
  networksCarryNoLabels,
  logOptionsAreComplete,
  imagesAreNamedByContent,
  imagesAreKept,
  containersMayFinish,
  restartPolicyFits,
  volumesCarryNoLabels,
  dataIsNotDestroyed,
  uploadsNeedAWritableRoot,
  secretsAreNotInTheEnvironment,
  secretsAreNotInUploadedText,
  uploadedFilesAreSeenToChange,
  uploadsGoToJobs,
  jobsFailTheApply,
  deliveryHasNoNetwork,
  resourcesAreSupported,
  processCountIsStated,
];
