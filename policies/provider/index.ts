import type { Policy } from "../policy.ts";
import { attributesAreApplied } from "./attributes-are-applied.ts";
import { capabilitiesAreSpelledInFull } from "./capabilities-are-spelled-in-full.ts";
import { containersAreKept } from "./containers-are-kept.ts";
import { containersCarryAConfigHash } from "./containers-carry-a-config-hash.ts";
import { containersMayFinish } from "./containers-may-finish.ts";
import { deliveryHasNoNetwork } from "./delivery-has-no-network.ts";
import { durationsAreSpelledAsGoPrintsThem } from "./durations-are-spelled-as-go-prints-them.ts";
import { imagesAreKept } from "./images-are-kept.ts";
import { imagesAreNamedByContent } from "./images-are-named-by-content.ts";
import { jobsFailTheApply } from "./jobs-fail-the-apply.ts";
import { logOptionsAreComplete } from "./log-options-are-complete.ts";
import { namesAreFreedBeforeUse } from "./names-are-freed-before-use.ts";
import { networksAreJoinedById } from "./networks-are-joined-by-id.ts";
import { networksCarryNoLabels } from "./networks-carry-no-labels.ts";
import { networksStateAllTheirAddresses } from "./networks-state-all-their-addresses.ts";
import { oneHostBindingPerPort } from "./one-host-binding-per-port.ts";
import { providerIsPinned } from "./provider-is-pinned.ts";
import { resourcesAreSupported } from "./resources-are-supported.ts";
import { servicesAreWaitedFor } from "./services-are-waited-for.ts";
import { uploadedFilesAreSeenToChange } from "./uploaded-files-are-seen-to-change.ts";
import { uploadsGoToJobs } from "./uploads-go-to-jobs.ts";
import { uploadsNeedAWritableRoot } from "./uploads-need-a-writable-root.ts";
import { volumesCarryNoLabels } from "./volumes-carry-no-labels.ts";

/**
 * The rules that were measured with kreuzwerker/docker 4.5 on Docker Engine 20.10, in the order of the provider rules of
 * docs/architecture.md.
 */
export const provider: readonly Policy[] = [
  providerIsPinned,
  containersAreKept,
  attributesAreApplied,
  namesAreFreedBeforeUse,
  capabilitiesAreSpelledInFull,
  durationsAreSpelledAsGoPrintsThem,
  containersCarryAConfigHash,
  servicesAreWaitedFor,
  oneHostBindingPerPort,
  networksAreJoinedById,
  networksStateAllTheirAddresses,
  networksCarryNoLabels,
  logOptionsAreComplete,
  imagesAreNamedByContent,
  imagesAreKept,
  containersMayFinish,
  volumesCarryNoLabels,
  uploadsNeedAWritableRoot,
  uploadedFilesAreSeenToChange,
  uploadsGoToJobs,
  jobsFailTheApply,
  deliveryHasNoNetwork,
  resourcesAreSupported,
];
