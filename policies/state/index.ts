import type { Policy } from "../policy.ts";
import { changesAreNotIgnored } from "./changes-are-not-ignored.ts";
import { dataIsNotLost } from "./data-is-not-lost.ts";
import { everythingIsUsed } from "./everything-is-used.ts";
import { plansLeaveNothingUndecided } from "./plans-leave-nothing-undecided.ts";
import { provisionersRunNoPrograms } from "./provisioners-run-no-programs.ts";
import { stateIsKeptSafely } from "./state-is-kept-safely.ts";
import { stateIsNotCommitted } from "./state-is-not-committed.ts";

export const state: readonly Policy[] = [
  stateIsKeptSafely,
  stateIsNotCommitted,
  dataIsNotLost,
  changesAreNotIgnored,
  provisionersRunNoPrograms,
  everythingIsUsed,
  plansLeaveNothingUndecided,
];
