import type { TerraformResource } from "./cdktf.ts";

/** Why one rule does not hold for one resource, and until when that is accepted. */
export interface WaiverProps {
  /** Id of the rule, such as `CTR-006`. */
  readonly rule: string;

  /** The text that a reviewer needs to judge it; at least 10 characters. */
  readonly reason: string;

  /** The last day on which it holds, `YYYY-MM-DD`. */
  readonly expires: string;
}

/**
 * Accepts what a rule finds on exactly this resource. It is written into the synthesized JSON, next to what it excuses;
 * one that is expired, or excuses nothing, is a finding itself.
 */
export function waive(resource: TerraformResource, ...waivers: readonly WaiverProps[]): void {
  if (waivers.length > 0) resource.addOverride("//.waivers", waivers);
}
