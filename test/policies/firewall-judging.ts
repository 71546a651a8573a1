import { FIREWALL } from "./firewall-file.ts";
import { type Change, changedText, judgesChangesOf } from "./fixture-judging.ts";

export const changed = (changes: Change): string => changedText(FIREWALL, changes);

/** Tests of a policy on firewall rules: FIREWALL is right, and so is each change of `also`. */
export const judgesFirewalls = judgesChangesOf({
  type: "file/nftables",
  name: "rules that are right",
  text: FIREWALL,
});
