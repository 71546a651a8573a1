import { firewallLoadsTwice } from "../../../policies/firewall/firewall-loads-twice.ts";
import { judgesFirewalls } from "../firewall-judging.ts";

const BEFORE = "add table inet example\ndelete table inet example\n";

judgesFirewalls(
  firewallLoadsTwice,
  "FWL-009",
  [
    {
      name: "a table that is added to",
      change: { [BEFORE]: "" },
      evidence: ["line 3: table inet example is not deleted before it is written"],
    },
    {
      name: "one that is deleted before there is one",
      change: { [BEFORE]: "delete table inet example\n" },
      evidence: ["line 2: table inet example is not deleted before it is written"],
    },
    {
      name: "one that is only emptied, which leaves its chains",
      change: { "delete table": "flush table" },
      evidence: ["line 2: table inet example is not deleted before it is written"],
    },
    {
      name: "another table",
      change: { [BEFORE]: "add table inet other\ndelete table inet other\n" },
      evidence: ["line 5: table inet example is not deleted before it is written"],
    },
  ],
  [
    { name: "destroy, which newer nft knows", change: { [BEFORE]: "destroy table inet example\n" } },
    { name: "a declaration in place of add", change: { "add table inet": "table inet" } },
  ],
);
