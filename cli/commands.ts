import type { Command } from "commander";
import { backupCommand } from "./backup.ts";
import { bundleCommand } from "./bundle.ts";
import { capacityCommand } from "./capacity.ts";
import { captureCommand } from "./capture.ts";
import { certificatesCommand } from "./certificates.ts";
import { devicesCommand } from "./devices.ts";
import { diagramCommand } from "./diagram.ts";
import { doctorCommand } from "./doctor.ts";
import { downCommand } from "./down.ts";
import { execCommand } from "./exec.ts";
import { firewallCommand } from "./firewall.ts";
import { followCommand } from "./follow.ts";
import { imagesCommand } from "./images.ts";
import { initCommand } from "./init.ts";
import { listCommand } from "./list.ts";
import { logsCommand } from "./logs.ts";
import { outsideCommand } from "./outside.ts";
import { parityCommand } from "./parity.ts";
import { planCommand } from "./plan.ts";
import { policyCommand } from "./policy.ts";
import { portsCommand } from "./ports.ts";
import { preflightCommand } from "./preflight.ts";
import { psqlCommand } from "./psql.ts";
import { publishCommand } from "./publish.ts";
import { readingsCommand } from "./readings.ts";
import { rejectsCommand } from "./rejects.ts";
import { renderCommand } from "./render.ts";
import { restartCommand } from "./restart.ts";
import { restoreCommand } from "./restore.ts";
import { rotateCommand } from "./rotate.ts";
import { secretsCommand } from "./secrets.ts";
import { sitesCommand } from "./sites.ts";
import { statusCommand } from "./status.ts";
import { synthCommand } from "./synth.ts";
import { upCommand } from "./up.ts";
import { upgradeCommand } from "./upgrade.ts";

/** Every verb, in the order in which the help lists them. */
export const commands: readonly Command[] = [
  upCommand,
  upgradeCommand,
  restoreCommand,
  downCommand,
  statusCommand,
  planCommand,
  listCommand,
  doctorCommand,
  followCommand,
  portsCommand,
  captureCommand,
  logsCommand,
  publishCommand,
  readingsCommand,
  rejectsCommand,
  restartCommand,
  execCommand,
  psqlCommand,
  synthCommand,
  diagramCommand,
  parityCommand,
  policyCommand,
  preflightCommand,
  renderCommand,
  bundleCommand,
  imagesCommand,
  firewallCommand,
  backupCommand,
  certificatesCommand,
  outsideCommand,
  devicesCommand,
  secretsCommand,
  rotateCommand,
  capacityCommand,
  sitesCommand,
  initCommand,
];
