import type { Severity } from "../site/policy-settings.ts";
import type { StackDocument } from "./document.ts";
import { isOfTheKit } from "./facts/kit.ts";
import type { Policy } from "./policy.ts";

/** For whom files are judged: `kit` asks everything, the others what is good for anybody's stack, or for a host. */
export const PROFILES = ["kit", "compose", "terraform", "docker-host"] as const;

export type Profile = (typeof PROFILES)[number];

/** Letters of families, and ids. */
type Names = readonly string[];

/** They ask for the kit's own constructs, labels and listeners, or for its way to hand over files. */
const OF_THE_KIT: Names = ["CTR-039", "NET-001", "TLS-001", "PRV-005", "PRV-013", "PRV-014", "PRV-015"];

/** About the machine, which the files of a stack do not show. */
const OF_THE_HOST: Names = ["DMN-008", "FWL-010"];

interface Scope {
  readonly only?: Names;
  readonly not?: Names;

  /** Findings of this severity and above fail where nobody says otherwise. */
  readonly stopAt: Severity;
}

/**
 * Every rule is in each profile that does not leave it out, so that a new rule is missed by nobody. Rules about a kind of file
 * are in all of them: they look at nothing where there is no such file.
 */
const SCOPES: Readonly<Record<Profile, Scope>> = {
  kit: { stopAt: "low" },
  compose: { not: ["PRV", "STA", "SWM", ...OF_THE_KIT, ...OF_THE_HOST], stopAt: "medium" },
  terraform: { not: [...OF_THE_KIT, ...OF_THE_HOST], stopAt: "medium" },
  "docker-host": { only: ["DMN", "FWL", "SWM-014", "SWM-015"], stopAt: "medium" },
};

export const stopAtOf = (profile: Profile): Severity => SCOPES[profile].stopAt;

export function isIn(profile: Profile, { id }: Policy): boolean {
  const { only, not = [] } = SCOPES[profile];
  const isNamed = (names: Names) => names.some((name) => id === name || id.startsWith(`${name}-`));
  return (only === undefined || isNamed(only)) && !isNamed(not);
}

const HOST_FILES = ["file/daemon.json", "file/nftables"];

/** The profile of an input for which nobody has named one. */
export function profileOf(stack: StackDocument): Profile {
  if (isOfTheKit(stack)) return "kit";
  if (stack.dialect !== "compose") return "terraform";
  const isOfAHost =
    stack.resources.length === 0 && stack.files.every(({ type }) => HOST_FILES.includes(type));
  return isOfAHost && stack.files.length > 0 ? "docker-host" : "compose";
}
