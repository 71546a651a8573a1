import { text } from "node:stream/consumers";
import { Command, Option } from "commander";
import { EXIT, report } from "../core/report.ts";
import { gone, readBaseline, writeBaseline } from "../policies/baseline.ts";
import { type Checked, check } from "../policies/check.ts";
import { policies } from "../policies/index.ts";
import { composeFiles } from "../policies/inputs/compose-file.ts";
import { isStdin } from "../policies/inputs/source.ts";
import type { Policy } from "../policies/policy.ts";
import { PROFILES, type Profile } from "../policies/profiles.ts";
import { type Verdict, verdictOf } from "../policies/reports/judgement.ts";
import { readSettings, SETTINGS_FILE } from "../policies/settings.ts";
import { SEVERITIES, type Severity } from "../site/policy-settings.ts";
import { tell } from "./json.ts";
import { jsonOption } from "./options.ts";
import { FORMATS, print } from "./policy-report.ts";

interface Options {
  readonly file?: readonly string[];
  readonly envFile?: readonly string[];
  readonly profile?: Profile;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly stopAt?: Severity;
  readonly settings?: string;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly format: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly output?: string;
  readonly rules?: string;
}

interface Verb {
  /** The input where nothing is named. */
  readonly usual: string;

  /** Loads rules of the user's own from a folder. @default - there is no such option */
  readonly loadRules?: (folder: string) => Promise<readonly Policy[]>;
}

/** `check`, of the kit and of the checker alone. */
export function checkCommand({ usual, loadRules }: Verb): Command {
  const command = new Command("check")
    .description("judge Terraform JSON, a plan, a compose file, or a folder with any of them")
    .argument("[paths...]", `files, folders, or - for standard input (default: ${usual})`)
    .option("-f, --file <file>", "a compose file; again for each that is laid over it", gathered)
    .option("--env-file <file>", "variables of compose files, instead of their .env", gathered)
    .addOption(new Option("--profile <profile>", "for whom; default: by the input").choices(PROFILES))
    .option("--only <rules>", "ids or families that judge, and no others: CTR,SEC-001", listed)
    .option("--skip <rules>", "ids or families that do not judge", listed)
    .addOption(
      new Option(
        "--stop-at <severity>",
        "least severity that is shown and fails; default: what the input says, else low for the kit and medium for others",
      ).choices(SEVERITIES),
    )
    .option("--settings <file>", `how files are judged (default: ${SETTINGS_FILE}, where it is)`)
    .option("--baseline <file>", "findings of before do not fail")
    .option("--write-baseline <file>", "write what is found as a baseline, and fail for none of it")
    .addOption(new Option("--format <format>", "of the report").choices(FORMATS).default("text"))
    .addOption(jsonOption())
    .option("-q, --quiet", "one line for each finding, and nothing where there is none")
    .option("-o, --output <file>", "write the report to a file")
    .addHelpText(
      "after",
      "\nExit codes: 0 nothing to fix, 1 findings, 3 an input that cannot be judged, or not all of it, 70 a bug in the kit.",
    )
    .action(async (paths: readonly string[], options: Options) => {
      try {
        process.exitCode = await run(paths, options, {
          usual,
          ...(loadRules === undefined ? {} : { loadRules }),
        });
      } catch (error) {
        // Nothing was judged: that is no finding.
        const code = await tell(error, options.json === true || options.format === "json");
        process.exitCode = code === EXIT.userError ? EXIT.cannotJudge : code;
      }
    });
  return loadRules === undefined
    ? command
    : command.option("--rules <folder>", "rules of your own, as .ts or .js files");
}

const gathered = (value: string, before: readonly string[] = []) => [...before, value];
const listed = (value: string, before: readonly string[] = []) => [
  ...before,
  ...value.split(",").filter((name) => name !== ""),
];

async function run(given: readonly string[], options: Options, { usual, loadRules }: Verb): Promise<number> {
  const own = options.rules === undefined ? [] : ((await loadRules?.(options.rules)) ?? []);
  const { paths, files } = asked(given, options.file ?? [], usual);
  const stdin = [...paths, ...files].some(isStdin) ? await text(process.stdin) : undefined;
  const baseline = options.baseline === undefined ? undefined : readBaseline(options.baseline);
  const checked = check({
    ...{ paths, files, envFiles: envFiles(options.envFile), rules: [...policies, ...own], baseline },
    ...{ profile: options.profile, stopAt: options.stopAt, only: options.only, skip: options.skip ?? [] },
    settings: readSettings(options.settings),
    ...(stdin === undefined ? {} : { stdin }),
  });
  const lost = baseline === undefined ? 0 : gone(baseline, checked.judgements);
  print(checked, options, lost);
  for (const error of checked.refused) report(error);
  if (options.writeBaseline !== undefined) {
    const count = writeBaseline(options.writeBaseline, checked.judgements);
    process.stderr.write(`${options.writeBaseline}: ${count} findings written\n`);
  }
  return codeOf(checked, options);
}

/** `COMPOSE_FILE` says what the project is, as it does to Compose, where nothing is named. */
function asked(given: readonly string[], files: readonly string[], usual: string) {
  if (given.length + files.length > 0) return { paths: given, files };
  const stated = usual === "." ? composeFiles(environment()) : [];
  return stated.length > 0 ? { paths: [], files: stated } : { paths: [usual], files: [] };
}

const envFiles = (named: readonly string[] = []): readonly string[] =>
  named.length > 0 ? named : (process.env.COMPOSE_ENV_FILES ?? "").split(",").filter((name) => name !== "");

const environment = () =>
  new Map(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

function codeOf({ judgements, refused }: Checked, { writeBaseline }: Options): number {
  if (refused.length > 0) return EXIT.cannotJudge;
  const verdict = verdictOf(judgements);
  return verdict === "findings" && writeBaseline !== undefined ? EXIT.ok : EXIT_OF[verdict];
}

const EXIT_OF: Readonly<Record<Verdict, number>> = {
  "nothing to fix": EXIT.ok,
  findings: EXIT.userError,
  "cannot judge": EXIT.cannotJudge,
};
