import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kitRoot } from "../core/home.ts";
import { ofRole } from "../runners/containers.ts";
import type { Stack } from "../runners/stack.ts";
import { serverCompose } from "./compose.ts";
import { diagramOf } from "./diagram/model.ts";
import { svgText } from "./diagram/svg.ts";
import { firewallUnit } from "./firewall-unit.ts";
import type { Files } from "./folder.ts";
import { type Model, modelOf } from "./model.ts";
import { configPath } from "./paths.ts";
import { DIAGRAM, runbook } from "./runbook.ts";
import { deploymentScript } from "./server-script.ts";
import { startScript } from "./start-script.ts";
import { nodeRules } from "./swarm/node-rules.ts";
import { possibleSwarm } from "./swarm/plan.ts";
import { swarmRunbook } from "./swarm/runbook.ts";
import { swarmScript } from "./swarm/script.ts";
import { stackFile } from "./swarm/stack-file.ts";
import { serverTerraform } from "./terraform.ts";

/** The target of a folder: one machine, or a swarm. */
export const TARGETS = ["compose", "swarm"] as const;

/**
 * Everything that a server needs, as files. The same configuration gives the same bytes on every machine, and no
 * secret is in them: the server makes its own.
 *
 * @param home the deployment's own directory, which the synthesized JSON points into
 */
export async function render(stack: Stack, home: string): Promise<Files> {
  const model = modelOf(stack, home);
  return {
    "compose.yaml": serverCompose(model),
    "deployment.sh": deploymentScript(model),
    "start.sh": startScript("compose"),
    ...upgradeProgram(stack),
    ...restoreProgram(stack),
    "RUNBOOK.md": runbook(model),
    [DIAGRAM]: await svgText(diagramOf(stack)),
    "terraform/cdk.tf.json": serverTerraform(readFileSync(join(stack.folder, "cdk.tf.json"), "utf8"), model),
    ...configFiles(model),
    ...firewallUnit(model),
  };
}

/**
 * The same for Docker Swarm: a stack file, and what deploys it.
 *
 * @throws UserError that names everything that a swarm cannot keep
 */
export function renderSwarm(stack: Stack, home: string): Files {
  const model = modelOf(stack, home);
  const plan = possibleSwarm(model);
  return {
    "stack.yaml": stackFile(plan),
    "deployment.sh": swarmScript(plan),
    "start.sh": startScript("swarm"),
    "RUNBOOK.md": swarmRunbook(plan),
    ...configFiles(model),
    ...nodeRules(plan),
  };
}

/** Only where there can be something to carry over, or a dump to be restored. */
const upgradeProgram = (stack: Stack): Files =>
  stack.containers.some(({ versioned }) => versioned !== undefined && versioned.former.length > 0) ||
  ofRole(stack, "backup") !== undefined
    ? { "upgrade-postgres.sh": readFileSync(join(kitRoot, "images/backup/lib/upgrade.sh"), "utf8") }
    : {};

const restoreProgram = (stack: Stack): Files =>
  ofRole(stack, "backup") === undefined
    ? {}
    : { "restore.sh": readFileSync(join(kitRoot, "render/server/restore.sh"), "utf8") };

/** The public files of every service, to be read by people and handed over by compose. */
const configFiles = ({ deliveries }: Model): Files =>
  Object.fromEntries(
    deliveries.flatMap(({ role, public: files }) =>
      files.map((upload) => [configPath(role, upload), upload.content]),
    ),
  );
