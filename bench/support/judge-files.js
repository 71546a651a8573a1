import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { projectsIn } from "../../policies/inputs/folder.ts";
import { loadInputs } from "../../policies/inputs/load.ts";
import { isIn } from "../../policies/profiles.ts";

/** Those of the profile that files of others have where nobody names one. */
const asked = policies.filter((policy) => isIn("compose", policy));

/** Projects that are judged before the clock counts, so that Node has compiled the rules. */
const WARM_UP = 20;

/**
 * Prints as JSON what the rules say of every compose project in the folders that the arguments name.
 *
 * @typedef {object} Judged
 * @property {number} ms from reading the files to the last finding
 * @property {number} services 0 for one that was refused
 * @property {boolean} refused whether it could not be read
 * @property {boolean} unclear whether something in it was not understood, so that nobody can judge it
 * @property {Readonly<Record<string, number>>} findings by severity
 */

/**
 * @param {readonly string[]} files
 * @returns {Judged | undefined} undefined for what is no compose project
 */
function judge(files) {
  const [only = ""] = files;
  const start = performance.now();
  const { inputs, refused } = loadInputs(files.length === 1 ? { paths: [only] } : { paths: [], files });
  const stacks = inputs.map(({ stack }) => stack).filter(({ dialect }) => dialect === "compose");
  if (refused.length === 0 && stacks.length === 0) return undefined;
  const found = stacks.flatMap((stack) => evaluate(stack, asked)).flatMap(({ findings }) => findings);
  const ms = performance.now() - start;
  /** @type {Record<string, number>} */
  const findings = {};
  for (const { severity, policy } of found)
    if (!policy.startsWith("INP-")) findings[severity] = (findings[severity] ?? 0) + 1;
  return {
    ms,
    services: stacks.flatMap((stack) => stack.of(["docker_container"])).length,
    refused: refused.length > 0,
    unclear: found.some(({ policy }) => policy.startsWith("INP-")),
    findings,
  };
}

const sources = process.argv.slice(2).map((folder) => ({ folder, projects: projectsIn(folder) }));
for (const files of sources.flatMap(({ projects }) => projects).slice(0, WARM_UP)) judge(files);
console.log(
  JSON.stringify(
    sources.map(({ folder, projects }) => ({
      folder,
      judged: projects.flatMap((files) => judge(files) ?? []),
    })),
  ),
);
