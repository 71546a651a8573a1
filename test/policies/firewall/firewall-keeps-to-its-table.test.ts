import { firewallKeepsToItsTable } from "../../../policies/firewall/firewall-keeps-to-its-table.ts";
import { judgesFirewalls } from "../firewall-judging.ts";

judgesFirewalls(firewallKeepsToItsTable, "FWL-001", [
  {
    name: "a flush of everything",
    change: { "add table inet example\ndelete": "flush ruleset\nadd table inet example\ndelete" },
    evidence: ["line 2: flush ruleset"],
  },
  {
    name: "the engine's tables",
    change: {
      "add table inet example\ndelete": "flush chain ip filter FORWARD\nadd table inet example\ndelete",
    },
    evidence: ["line 2: flush chain ip filter, which is the engine's"],
  },
  {
    name: "a table of somebody else",
    change: { "delete table inet example\n": "delete table inet example\ndelete table inet other\n" },
    evidence: ["line 4: delete table inet other, which this file does not make"],
  },
]);
