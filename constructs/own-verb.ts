import { relative } from "node:path";
import { HOME_VARIABLE, kitRoot, projectRoot } from "../core/home.ts";
import { shellCommand } from "../core/shell-words.ts";
import { literal } from "./literal.ts";

/**
 * A provisioner that runs a verb of this kit on the stack in whose folder Terraform works. Paths are relative to that
 * folder, so they hold on any machine.
 */
export const ownVerb = (stackFolder: string, verb: "images" | "preflight") => ({
  "local-exec": {
    command: literal(
      shellCommand("node", `${relative(stackFolder, kitRoot)}/bin/exploreiot.js`, verb, "--stack", "."),
    ),
    environment: { [HOME_VARIABLE]: literal(relative(stackFolder, projectRoot)) },
  },
});
