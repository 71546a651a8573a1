import type { Policy } from "../policy.ts";
import { addedCapabilitiesAreFew } from "./added-capabilities-are-few.ts";
import { bindMountsAreReadOnly } from "./bind-mounts-are-read-only.ts";
import { capabilitiesAreDropped } from "./capabilities-are-dropped.ts";
import { cgroupIsItsOwn } from "./cgroup-is-its-own.ts";
import { containersSayWhoseTheyAre } from "./containers-say-whose-they-are.ts";
import { cpuIsLimited } from "./cpu-is-limited.ts";
import { cpusAreUnderstood } from "./cpus-are-understood.ts";
import { hooksHaveNoMoreRights } from "./hooks-have-no-more-rights.ts";
import { initReapsProcesses } from "./init-reaps-processes.ts";
import { ipcNamespaceIsItsOwn } from "./ipc-namespace-is-its-own.ts";
import { kernelConfinementIsOn } from "./kernel-confinement-is-on.ts";
import { logsAreBounded } from "./logs-are-bounded.ts";
import { memoryIsLimited } from "./memory-is-limited.ts";
import { mountsDoNotPropagate } from "./mounts-do-not-propagate.ts";
import { namesAreUnique } from "./names-are-unique.ts";
import { networkNamespaceIsItsOwn } from "./network-namespace-is-its-own.ts";
import { neverPrivileged } from "./never-privileged.ts";
import { noHostDevices } from "./no-host-devices.ts";
import { noNewPrivileges } from "./no-new-privileges.ts";
import { noPortIsPublishedUnasked } from "./no-port-is-published-unasked.ts";
import { noPowerfulGroup } from "./no-powerful-group.ts";
import { noRuntimeSocket } from "./no-runtime-socket.ts";
import { noSensitiveHostPath } from "./no-sensitive-host-path.ts";
import { openFilesAreLimited } from "./open-files-are-limited.ts";
import { outputStaysOutOfTheState } from "./output-stays-out-of-the-state.ts";
import { probesAskTheService } from "./probes-ask-the-service.ts";
import { probesCarryNoCredential } from "./probes-carry-no-credential.ts";
import { processCountIsStated } from "./process-count-is-stated.ts";
import { processNamespaceIsItsOwn } from "./process-namespace-is-its-own.ts";
import { restartPolicyFits } from "./restart-policy-fits.ts";
import { rootIsReadOnly } from "./root-is-read-only.ts";
import { runtimeIsKnown } from "./runtime-is-known.ts";
import { servicesHaveAHealthcheck } from "./services-have-a-healthcheck.ts";
import { servicesHaveNoTerminal } from "./services-have-no-terminal.ts";
import { stopSignalCanBeHandled } from "./stop-signal-can-be-handled.ts";
import { swapIsLimitedWithMemory } from "./swap-is-limited-with-memory.ts";
import { sysctlsAreItsOwn } from "./sysctls-are-its-own.ts";
import { theHostHasNoName } from "./the-host-has-no-name.ts";
import { tmpfsIsConfined } from "./tmpfs-is-confined.ts";
import { userIsNotRoot } from "./user-is-not-root.ts";
import { userNamespaceIsNotTheHosts } from "./user-namespace-is-not-the-hosts.ts";
import { utsNamespaceIsItsOwn } from "./uts-namespace-is-its-own.ts";

export const containers: readonly Policy[] = [
  neverPrivileged,
  capabilitiesAreDropped,
  addedCapabilitiesAreFew,
  userIsNotRoot,
  noNewPrivileges,
  rootIsReadOnly,
  tmpfsIsConfined,
  memoryIsLimited,
  swapIsLimitedWithMemory,
  cpuIsLimited,
  cpusAreUnderstood,
  processCountIsStated,
  openFilesAreLimited,
  restartPolicyFits,
  servicesHaveAHealthcheck,
  probesCarryNoCredential,
  logsAreBounded,
  networkNamespaceIsItsOwn,
  processNamespaceIsItsOwn,
  ipcNamespaceIsItsOwn,
  userNamespaceIsNotTheHosts,
  cgroupIsItsOwn,
  noRuntimeSocket,
  noSensitiveHostPath,
  bindMountsAreReadOnly,
  mountsDoNotPropagate,
  noHostDevices,
  kernelConfinementIsOn,
  initReapsProcesses,
  servicesHaveNoTerminal,
  noPortIsPublishedUnasked,
  sysctlsAreItsOwn,
  outputStaysOutOfTheState,
  noPowerfulGroup,
  containersSayWhoseTheyAre,
  theHostHasNoName,
  namesAreUnique,
  runtimeIsKnown,
  stopSignalCanBeHandled,
  probesAskTheService,
  hooksHaveNoMoreRights,
  utsNamespaceIsItsOwn,
];
