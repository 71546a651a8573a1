import { bundleApplyCommand } from "./bundle/apply.ts";
import { bundleCreateCommand } from "./bundle/create.ts";
import { bundleKeyCommand } from "./bundle/key.ts";
import { bundleVerifyCommand } from "./bundle/verify.ts";
import { verb } from "./options.ts";
import { VERBS } from "./verbs.ts";

export const bundleCommand = verb("bundle", VERBS.bundle)
  .addCommand(bundleCreateCommand)
  .addCommand(bundleVerifyCommand)
  .addCommand(bundleApplyCommand)
  .addCommand(bundleKeyCommand);
