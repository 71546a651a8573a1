import { parseYaml } from "../../core/yaml.ts";
import { asNumber, type Block, isBlock } from "../values.ts";

/** The files that a job of a workflow gives away as an artefact. */
export interface Upload {
  readonly job: string;

  /** Patterns of files; those that begin with `!` are left out. */
  readonly paths: readonly string[];

  /** How long it is kept; NaN where the repository's settings say. */
  readonly days: number;
}

/**
 * Reads the artefacts that a workflow of GitHub uploads.
 *
 * @throws Error for what is no YAML, or has no jobs
 */
export function parseWorkflow(text: string, file = "workflow.yml"): readonly Upload[] {
  const workflow = parseYaml(text, file);
  if (!isBlock(workflow) || !isBlock(workflow.jobs)) throw new Error(`${file}: it has no jobs`);
  return Object.entries(workflow.jobs).flatMap(([name, job]) => {
    const steps: readonly unknown[] = isBlock(job) && Array.isArray(job.steps) ? job.steps : [];
    return steps.filter(isUpload).map((step) => upload(name, step));
  });
}

const isUpload = (step: unknown): step is Block =>
  isBlock(step) && /^actions\/upload-artifact(@|$)/.test(String(step.uses));

function upload(job: string, step: Block): Upload {
  const given = isBlock(step.with) ? step.with : {};
  return {
    job,
    paths: String(given.path ?? "")
      .split("\n")
      .map((path) => path.trim())
      .filter((path) => path !== ""),
    days: asNumber(given["retention-days"]),
  };
}
