import type { z } from "zod";
import { diagramOutput } from "../render/diagram/model.ts";
import { parityOutput } from "../render/parity/report.ts";
import { backupCheckOutput, backupListOutput, backupOutput, backupVerifyOutput } from "./backup.ts";
import {
  bundleApplyOutput,
  bundleCreateOutput,
  bundleKeyOutput,
  bundleVerifyOutput,
} from "./bundle/output.ts";
import { capacityOutput } from "./capacity.ts";
import { captureOutput } from "./capture.ts";
import { certificatesOutput } from "./certificates.ts";
import { devicesIssueOutput, devicesListOutput, devicesRevokeOutput } from "./devices.ts";
import { doctorOutput, setupOutput } from "./doctor/output.ts";
import { walkOutput } from "./doctor/steps.ts";
import { downOutput } from "./down.ts";
import { errorOutput } from "./error-output.ts";
import { execOutput } from "./exec.ts";
import { firewallConfirmOutput, firewallStatusOutput } from "./firewall.ts";
import { followOutput } from "./follow.ts";
import { imagesLockOutput, imagesOutput } from "./images.ts";
import { initOutput } from "./init.ts";
import { listOutput } from "./list.ts";
import { logsOutput } from "./logs.ts";
import { outsideOutput } from "./outside.ts";
import { policyExplainOutput, policyListOutput } from "./policy-rules.ts";
import { portsOutput } from "./ports-output.ts";
import { preflightOutput } from "./preflight.ts";
import { publishOutput } from "./publish.ts";
import { readingsOutput } from "./readings.ts";
import { rejectsOutput } from "./rejects.ts";
import { renderOutput } from "./render.ts";
import { restartOutput } from "./restart.ts";
import { restoreOutput } from "./restore.ts";
import { rotateOutput } from "./rotate.ts";
import { secretsExportOutput, secretsImportOutput, secretsListOutput } from "./secrets.ts";
import { SITE_VERBS, sitesOutput } from "./sites/output.ts";
import { planOutput, statusOutput, synthOutput, upOutput } from "./status-output.ts";
import { upgradePlanOutput } from "./upgrade/plan.ts";
import { upgradeRewriteOutput } from "./upgrade/rewrite.ts";
import { upgradeOutput } from "./upgrade.ts";

/** What `--json` prints, by verb; `docs/json` has each as a JSON Schema. Any of them may print `error` instead. */
export const outputs: Readonly<Record<string, z.ZodType>> = {
  "bundle-apply": bundleApplyOutput,
  "bundle-create": bundleCreateOutput,
  "bundle-key": bundleKeyOutput,
  "bundle-verify": bundleVerifyOutput,
  backup: backupOutput,
  "backup-check": backupCheckOutput,
  "backup-list": backupListOutput,
  "backup-verify": backupVerifyOutput,
  diagram: diagramOutput,
  capacity: capacityOutput,
  capture: captureOutput,
  certificates: certificatesOutput,
  "devices-issue": devicesIssueOutput,
  "devices-list": devicesListOutput,
  "devices-revoke": devicesRevokeOutput,
  doctor: doctorOutput,
  "doctor-device": walkOutput,
  "doctor-setup": setupOutput,
  "doctor-page": walkOutput,
  down: downOutput,
  error: errorOutput,
  exec: execOutput,
  "firewall-confirm": firewallConfirmOutput,
  "firewall-status": firewallStatusOutput,
  follow: followOutput,
  images: imagesOutput,
  "images-lock": imagesLockOutput,
  init: initOutput,
  list: listOutput,
  logs: logsOutput,
  outside: outsideOutput,
  parity: parityOutput,
  plan: planOutput,
  "policy-explain": policyExplainOutput,
  "policy-list": policyListOutput,
  ports: portsOutput,
  preflight: preflightOutput,
  publish: publishOutput,
  readings: readingsOutput,
  rejects: rejectsOutput,
  render: renderOutput,
  restart: restartOutput,
  rotate: rotateOutput,
  "secrets-export": secretsExportOutput,
  "secrets-import": secretsImportOutput,
  "secrets-list": secretsListOutput,
  restore: restoreOutput,
  ...Object.fromEntries(SITE_VERBS.map((verb) => [`sites-${verb}`, sitesOutput])),
  status: statusOutput,
  synth: synthOutput,
  up: upOutput,
  upgrade: upgradeOutput,
  "upgrade-plan": upgradePlanOutput,
  "upgrade-rewrite": upgradeRewriteOutput,
};
