import { Command } from "commander";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { builtIn } from "../policies/evaluate.ts";
import { policies } from "../policies/index.ts";
import { isCalled, type Policy } from "../policies/policy.ts";
import { explained, explanationOf } from "../policies/reports/explanation.ts";
import { SEVERITIES } from "../site/policy-settings.ts";
import { printJson } from "./json.ts";
import { jsonOption } from "./options.ts";
import { renderTable } from "./table.ts";
import { wrapped } from "./wrap.ts";

const environments = z
  .array(z.enum(["local", "production"]))
  .readonly()
  .describe("where it stops anything");

export const policyListOutput = z
  .array(
    z.strictObject({
      id: z.string(),
      severity: z.enum(SEVERITIES),
      enforcedIn: environments,
      title: z.string().describe("the rule in a sentence"),
    }),
  )
  .readonly();

const words = z.strictObject({ allowed: z.string().exactOptional(), fix: z.string().exactOptional() });

export const policyExplainOutput = z.strictObject({
  id: z.string(),
  formerly: z.array(z.string()).readonly().describe("ids that it had before"),
  severity: z.enum(SEVERITIES),
  title: z.string().describe("the rule in a sentence"),
  why: z.string(),
  avoid: z.string().describe("an example of what breaks it"),
  prefer: z.string().describe("the same, put right"),
  allowed: z.string().describe("in the keys of Terraform's provider"),
  fix: z.string().describe("in the same keys"),
  inOtherWords: z
    .strictObject({ compose: words.exactOptional(), site: words.exactOptional() })
    .describe("the text for a compose file and for a site file, where it differs"),
  source: z.string(),
  looksAt: z.array(z.string()).readonly().describe("types of the resources that it judges"),
  enforcedIn: environments,
});

const all: readonly Policy[] = [...builtIn, ...policies];

/** `list`, of the kit and of the checker alone. */
export const listCommand = () =>
  new Command("list")
    .description("list every rule")
    .addOption(jsonOption())
    .action(({ json }: { readonly json?: true }) => {
      const rows = all.map(({ id, severity, title, enforcedIn }) => ({
        id,
        severity,
        enforcedIn: enforcedIn ?? ["local", "production"],
        title,
      }));
      if (json) printJson(policyListOutput, rows);
      else
        console.log(
          renderTable(
            ["ID", "SEVERITY", "ENFORCED IN", "WHAT MUST HOLD"],
            rows.map(({ id, severity, enforcedIn, title }) => [id, severity, enforcedIn.join(", "), title]),
          ),
        );
    });

/** `explain`, of the kit and of the checker alone. */
export const explainCommand = () =>
  new Command("explain")
    .description("say why there is a rule, what to avoid, what to prefer and what to do")
    .argument("<id>", "id of the rule, such as NET-004")
    .addOption(jsonOption())
    .action((id: string, { json }: { readonly json?: true }) => {
      const policy = all.find((candidate) => isCalled(candidate, id.toUpperCase()));
      if (policy === undefined) throw new UserError(`${id}: no rule has this id`, "list names every rule");
      if (json) printJson(policyExplainOutput, explanationOf(policy));
      else console.log(wrapped(explained(policy)));
    });
