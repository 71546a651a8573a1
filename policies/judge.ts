import { policySettings, type Severity } from "../site/policy-settings.ts";
import type { Place, StackDocument } from "./document.ts";
import { evaluate } from "./evaluate.ts";
import { linesIn } from "./lines.ts";
import type { Policy } from "./policy.ts";
import type { Judgement } from "./reports/judgement.ts";

/** A text in which things stand at lines. */
export interface Origin {
  readonly file: string;
  readonly text: string;

  /** Where the things with a name stand that its reader has noted. @default - they are looked for in the text */
  readonly places?: ReadonlyMap<string, Place> | undefined;
}

/**
 * Judges one stack as its own settings say. Settings that cannot be read stop at everything.
 *
 * @param stopAt what the caller says instead of the settings
 */
export function judgeStack(
  stack: StackDocument,
  { file, text, places }: Origin,
  policies: readonly Policy[],
  stopAt?: Severity,
): Judgement {
  const settings = policySettings.safeParse(stack.settings ?? {});
  return {
    file,
    environment: stack.environment,
    profile: "kit",
    skipped: [],
    stopAt: stopAt ?? (settings.success ? settings.data.stopAt : "info"),
    reports: evaluate(stack, policies),
    placeOf: placesOf({ file, text, places }),
  };
}

/** A line of the text that says more than where a service begins, in the file that the finding is about. */
export function placesOf({ file, text, places }: Origin): Judgement["placeOf"] {
  const lineIn = linesIn(text);
  return (finding) => {
    const place = places && noted(finding.path, places);
    if (place !== undefined && place.file !== file) return place;
    const line = lineIn(finding);
    return { file, line: line === 1 ? (place?.line ?? 1) : line };
  };
}

/** The place of `services.web`, for `services.web.build:Dockerfile` too; names may have dots. */
function noted(path: string, places: ReadonlyMap<string, Place>): Place | undefined {
  const [name = ""] = path.split(":");
  const parts = name.split(".");
  return parts
    .map((_, at) => places.get(parts.slice(0, parts.length - at).join(".")))
    .find((place) => place !== undefined);
}
