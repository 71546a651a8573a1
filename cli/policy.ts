import { text } from "node:stream/consumers";
import { Command, Option } from "commander";
import pc from "picocolors";
import { UserError } from "../core/errors.ts";
import { EXIT, report } from "../core/report.ts";
import { builtIn } from "../policies/evaluate.ts";
import { policies } from "../policies/index.ts";
import { loadInputs } from "../policies/inputs/load.ts";
import { isStdin } from "../policies/inputs/source.ts";
import { judgeStack } from "../policies/judge.ts";
import { loadOwnRules } from "../policies/own-rules.ts";
import { isCalled, type Policy } from "../policies/policy.ts";
import { githubReport } from "../policies/reports/github.ts";
import { jsonReport } from "../policies/reports/json.ts";
import { type Judgement, type Verdict, verdictOf } from "../policies/reports/judgement.ts";
import { junitReport } from "../policies/reports/junit.ts";
import { sarifReport } from "../policies/reports/sarif.ts";
import { textReport } from "../policies/reports/text.ts";
import { SEVERITIES, type Severity } from "../site/policy-settings.ts";
import { jsonOption } from "./options.ts";
import { policyNewCommand } from "./policy-new.ts";
import { renderTable } from "./table.ts";
import { wrapped } from "./wrap.ts";

const FORMATS: Readonly<Record<string, (judgements: readonly Judgement[]) => string>> = {
  text: (judgements) => wrapped(textReport(judgements, painted)),
  json: jsonReport,
  sarif: sarifReport,
  junit: junitReport,
  github: githubReport,
};

const colors = pc.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);
const COLOR = {
  critical: colors.red,
  high: colors.red,
  medium: colors.yellow,
  low: colors.cyan,
  info: colors.dim,
};
const painted = (severity: Severity, text: string) => COLOR[severity](text);

interface CheckOptions {
  readonly file: readonly string[];
  readonly format: string;
  readonly json?: true;
  readonly stopAt?: Severity;
  readonly rules?: string;
}

const check = new Command("check")
  .description("judge Terraform JSON, a plan, a compose file, or a folder with any of them")
  .argument("[paths...]", "files, folders, or - for standard input (default: cdktf.out)")
  .option(
    "-f, --file <file>",
    "a compose file; again for each that is laid over it, as docker compose does",
    (file: string, before: readonly string[]) => [...before, file],
    [] as readonly string[],
  )
  .addOption(
    new Option("--format <format>", "how to print the report").choices(Object.keys(FORMATS)).default("text"),
  )
  .addOption(jsonOption())
  .addOption(
    new Option(
      "--stop-at <severity>",
      "least severity that fails; default: what the input says, else low",
    ).choices(SEVERITIES),
  )
  .option("--rules <folder>", "rules of your own, as .ts or .js files")
  .addHelpText(
    "after",
    "\nExit codes: 0 nothing to fix, 1 findings, 3 an input that cannot be judged, or not all of it, 70 a bug in the kit.",
  )
  .action(async (given: readonly string[], { file: files, format, json, stopAt, rules }: CheckOptions) => {
    const own = rules === undefined ? [] : await loadOwnRules(rules);
    const paths = given.length + files.length === 0 ? ["cdktf.out"] : given;
    const stdin = [...paths, ...files].some(isStdin) ? await text(process.stdin) : undefined;
    const { inputs, refused } = loadInputs({ paths, files, ...(stdin === undefined ? {} : { stdin }) });
    const judgements = inputs.map(({ stack, ...origin }) =>
      judgeStack(stack, origin, [...policies, ...own], stopAt),
    );
    if (judgements.length > 0) console.log(FORMATS[json ? "json" : format]?.(judgements));
    for (const error of refused) report(error);
    process.exitCode = refused.length > 0 ? EXIT.cannotJudge : EXIT_OF[verdictOf(judgements)];
  });

const EXIT_OF: Readonly<Record<Verdict, number>> = {
  "nothing to fix": EXIT.ok,
  findings: EXIT.userError,
  "cannot judge": EXIT.cannotJudge,
};

const all: readonly Policy[] = [...builtIn, ...policies];

const list = new Command("list")
  .description("list every rule")
  .addOption(jsonOption())
  .action(({ json }: { readonly json?: true }) => {
    const rows = all.map(({ id, severity, title, enforcedIn }) => ({
      id,
      severity,
      enforcedIn: enforcedIn ?? ["local", "production"],
      title,
    }));
    if (json) console.log(JSON.stringify(rows, null, 2));
    else
      console.log(
        renderTable(
          ["ID", "SEVERITY", "ENFORCED IN", "WHAT MUST HOLD"],
          rows.map(({ id, severity, enforcedIn, title }) => [id, severity, enforcedIn.join(", "), title]),
        ),
      );
  });

const explain = new Command("explain")
  .description("say what one rule is for, what is allowed and what to do")
  .argument("<id>", "id of the rule, such as NET-004")
  .action((id: string) => {
    const policy = all.find((candidate) => isCalled(candidate, id.toUpperCase()));
    if (policy === undefined)
      throw new UserError(`${id}: no rule has this id`, "exploreiot policy list names every rule");
    console.log(wrapped(explanation(policy)));
  });

function explanation({
  id,
  formerly,
  severity,
  title,
  allowed,
  fix,
  source,
  looksAt,
  enforcedIn,
}: Policy): string {
  return [
    `${id} (${severity}) ${title}`,
    ...(formerly === undefined ? [] : [`  formerly:    ${formerly.join(", ")}`]),
    `  allowed:     ${allowed}`,
    `  fix:         ${fix}`,
    `  source:      ${source}`,
    `  looks at:    ${looksAt.join(", ") || "the waivers of a stack"}`,
    `  enforced in: ${(enforcedIn ?? ["local", "production"]).join(", ")}`,
  ].join("\n");
}

/** `exploreiot policy …`: the rules that the gate at synthesis applies, for any project. */
export const policyCommand = new Command("policy")
  .description("judge configurations by the kit's rules, list the rules, explain one, begin one")
  .addCommand(check)
  .addCommand(list)
  .addCommand(explain)
  .addCommand(policyNewCommand);
