import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { replaceFile } from "../../core/private-files.ts";
import { shellCommand } from "../../core/shell-words.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { terraform, terraformBinary } from "./terraform.ts";

/**
 * `terraform init`, unless it was done by the same program for the same provider and backend: the folder keeps a mark,
 * since init costs half a second that an `up` need not spend.
 *
 * @param document the file of the folder that says both
 */
export async function initialise(stack: Stack, report: Report, document = "cdk.tf.json"): Promise<void> {
  const mark = join(stack.folder, ".terraform", "exploreiot-init");
  const wanted = settingsHash(join(stack.folder, document));
  if (readMark(mark) === wanted) return;
  report("terraform: init");
  const { code, stdout, stderr } = await terraform(stack, ["init", "-input=false", "-no-color"]);
  if (code !== 0) {
    const text = stderr.trim() || stdout.trim();
    if (/Backend configuration changed|backend configuration block has changed/i.test(text)) {
      throw new UserError(
        `the state of ${stack.name} was kept elsewhere before`,
        `take it along: ${shellCommand(terraformBinary(), `-chdir=${stack.folder}`, "init", "-migrate-state")}`,
      );
    }
    if (/backend/i.test(text)) {
      throw new UserError(
        `${terraformBinary()} cannot reach the state of ${stack.name} (${stack.backend})\n${text}`,
        "check state in the configuration, and the credentials in the environment: PG_CONN_STR, TF_HTTP_USERNAME and TF_HTTP_PASSWORD, AWS_…",
      );
    }
    throw new UserError(
      `${terraformBinary()} init failed\n${text}`,
      "the provider comes from the registry, a mirror (provider_installation in the CLI configuration) or ~/.terraform.d/plugins",
      "without it, --runner compose runs the same stack",
    );
  }
  replaceFile(mark, wanted, 0o600);
}

function settingsHash(document: string): string {
  const json = JSON.parse(readFileSync(document, "utf8")) as { terraform: object };
  return createHash("sha256")
    .update(JSON.stringify([terraformBinary(), json.terraform]))
    .digest("hex");
}

function readMark(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
