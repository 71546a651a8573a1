import { bundleApplyCommand } from "./bundle/apply.ts";
import { bundleCreateCommand } from "./bundle/create.ts";
import { bundleKeyCommand } from "./bundle/key.ts";
import { bundleVerifyCommand } from "./bundle/verify.ts";
import { verb } from "./options.ts";

export const bundleCommand = verb(
  "bundle",
  "carry a deployment to a machine without network, as one signed file",
)
  .addCommand(bundleCreateCommand)
  .addCommand(bundleVerifyCommand)
  .addCommand(bundleApplyCommand)
  .addCommand(bundleKeyCommand);
