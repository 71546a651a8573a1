import { UserError } from "../core/errors.ts";
import { policySettings, type Severity } from "../site/policy-settings.ts";
import { type Baseline, since } from "./baseline.ts";
import { dayOf } from "./day.ts";
import type { StackDocument } from "./document.ts";
import { evaluate } from "./evaluate.ts";
import { loadInputs, type Request } from "./inputs/load.ts";
import type { Input } from "./inputs/read-file.ts";
import { placesOf } from "./judge.ts";
import type { Policy } from "./policy.ts";
import { type Profile, profileOf, stopAtOf } from "./profiles.ts";
import type { Judgement } from "./reports/judgement.ts";
import { type Selection, select } from "./selection.ts";
import { NO_SETTINGS, type SettingsFile, stackSettings } from "./settings.ts";
import { waiverPolicies } from "./waiver-rules.ts";
import { Waivers } from "./waivers.ts";
import { withoutFolder } from "./without-folder.ts";

/** The things to judge, and how: the caller's request counts before an input's own settings, and those before a file. */
export interface CheckRequest extends Request {
  readonly rules: readonly Policy[];
  readonly profile?: Profile | undefined;
  readonly stopAt?: Severity | undefined;
  readonly only?: readonly string[] | undefined;
  readonly skip: readonly string[];
  readonly settings?: SettingsFile | undefined;
  readonly baseline?: Baseline | undefined;
}

export interface Checked {
  readonly judgements: readonly Judgement[];
  readonly refused: readonly UserError[];
}

/**
 * Judges everything that can be read.
 *
 * @throws UserError for a rule that the caller or the file of settings names and that is none
 */
export function check(request: CheckRequest): Checked {
  const { rules, settings, baseline } = request;
  const { inputs, refused } = loadInputs(request);
  const outer = selectionOf(request);
  select(rules, { ...outer, profile: outer.profile ?? "kit" });
  const waivers = new Waivers(
    (settings?.settings.waivers ?? []).map((value) => ({ path: "waivers", value })),
    rules,
    dayOf(new Date()),
  );
  const judged = inputs.map((input) =>
    attempt(() => judge(input, request, outer, waivers, ofFolder(inputs))),
  );
  const judgements = judged.flatMap((one) => (one instanceof UserError ? [] : [one]));
  const all = [...judgements, ...aboutSettings(settings, waivers, judgements)];
  return {
    judgements: baseline === undefined ? all : all.map((judgement) => since(judgement, baseline)),
    refused: [...refused, ...judged.filter((one) => one instanceof UserError)],
  };
}

function attempt<Value>(work: () => Value): Value | UserError {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

type Outer = Omit<Selection, "profile"> & { readonly profile: Profile | undefined };

/** The caller's request, over the file of settings. */
const selectionOf = ({ settings, profile, only, skip }: CheckRequest): Outer => {
  const file = settings?.settings ?? NO_SETTINGS;
  return {
    profile: profile ?? file.profile,
    only: only ?? file.only,
    skip: [...file.skip, ...skip],
    levels: file.levels,
  };
};

function judge(
  { stack, file, text, places }: Input,
  { rules, profile: asked, stopAt, only, settings }: CheckRequest,
  outer: Outer,
  beyond: Waivers,
  usual: (stack: StackDocument) => Profile,
): Judgement {
  const own = ownOf(stack);
  const profile = asked ?? own.profile ?? outer.profile ?? usual(stack);
  const { policies, skipped } = select(rules, {
    profile,
    only: only ?? own.only ?? outer.only,
    skip: [...outer.skip, ...own.skip],
    levels: { ...outer.levels, ...own.levels },
  });
  return {
    file,
    environment: stack.environment,
    profile,
    skipped,
    stopAt: stopAt ?? own.stopAt ?? settings?.settings.stopAt ?? stopAtOf(profile),
    reports: withoutFolder(evaluate(stack, policies, undefined, { known: rules, beyond }), stack.folder),
    placeOf: placesOf({ file, text, places }),
  };
}

/** The settings of an input itself. An input whose settings nobody understands stops at everything. */
function ownOf({ facts, settings }: StackDocument) {
  if (settings === undefined) return NO_SETTINGS;
  const result = facts === undefined ? stackSettings.safeParse(settings) : policySettings.safeParse(settings);
  return result.success ? { ...NO_SETTINGS, ...result.data } : { ...NO_SETTINGS, stopAt: "info" as const };
}

/** Loose files of a folder are judged like the stacks next to them. */
function ofFolder(inputs: readonly Input[]): (stack: StackDocument) => Profile {
  const stacks = inputs.map(({ stack }) => stack).filter(({ resources }) => resources.length > 0);
  const profiles = new Set(stacks.map(profileOf));
  return (stack) => {
    const usual = profileOf(stack);
    if (usual !== "compose" || stack.resources.length > 0) return usual;
    return (["kit", "terraform"] as const).find((profile) => profiles.has(profile)) ?? usual;
  };
}

/** Findings about the waivers of the file of settings, which may excuse something in any input. */
function aboutSettings(
  settings: SettingsFile | undefined,
  waivers: Waivers,
  judgements: readonly Judgement[],
): readonly Judgement[] {
  if (settings === undefined || waivers.count === 0) return [];
  const looked = new Set(
    judgements.flatMap(({ reports }) =>
      reports.filter(({ examined }) => examined > 0).map(({ policy }) => policy.id),
    ),
  );
  const { file, text } = settings;
  const reports = waiverPolicies.map((policy) => ({
    policy,
    enforced: true,
    examined: waivers.count,
    findings: waivers.findings(policy, looked),
    known: [],
    relaxed: [],
    waived: [],
    notEnforceable: [],
  }));
  const lineOf = (path: string) => text.split("\n").findIndex((line) => line.includes(path)) + 1 || 1;
  return [
    {
      ...{ file, environment: "production", profile: "compose", skipped: [], stopAt: "low", reports },
      placeOf: ({ path }) => ({ file, line: lineOf(path) }),
    },
  ];
}
