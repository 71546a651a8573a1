import { Command } from "commander";
import { loadOwnRules } from "../policies/own-rules.ts";
import { checkCommand } from "./policy-check.ts";
import { policyNewCommand } from "./policy-new.ts";
import { explainCommand, listCommand } from "./policy-rules.ts";

/** `exploreiot policy …`: the rules that the gate at synthesis applies, for any project. */
export const policyCommand = new Command("policy")
  .description("judge configurations by the kit's rules, list the rules, explain one, begin one")
  .addCommand(checkCommand({ usual: "cdktf.out", loadRules: loadOwnRules }))
  .addCommand(listCommand())
  .addCommand(explainCommand())
  .addCommand(policyNewCommand);
