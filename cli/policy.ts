import { Command } from "commander";
import { loadOwnRules } from "../policies/own-rules.ts";
import { checkCommand } from "./policy-check.ts";
import { policyNewCommand } from "./policy-new.ts";
import { explainCommand, listCommand } from "./policy-rules.ts";
import { VERBS } from "./verbs.ts";

/** `exploreiot policy …`: the rules that the gate at synthesis applies, for any project. */
export const policyCommand = new Command("policy")
  .description(VERBS.policy)
  .addCommand(checkCommand({ usual: "cdktf.out", loadRules: loadOwnRules }))
  .addCommand(listCommand())
  .addCommand(explainCommand())
  .addCommand(policyNewCommand);
