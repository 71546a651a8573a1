import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * End-to-end tests that take longer than a minute, the longest first, behind the one whose images the others need. A
 * long one that comes last keeps one worker busy and the other idle.
 */
const FIRST = [
  "all",
  ...[
    "firewall",
    "restore",
    "stack",
    "operations",
    "site-and-centre",
    "upgrade",
    "backup",
    "render",
    "failover",
    "package",
    "runners",
    "health",
    "application",
    "faults",
    "own-services",
    "state",
    "new-service",
    "edge",
    "rotate",
    "remote",
    "kills",
    "acme",
  ],
];

const rank = ({ moduleId }: TestSpecification): number => {
  const found = FIRST.indexOf(basename(moduleId, ".test.ts"));
  return found === -1 ? FIRST.length : found;
};

/** Vitest starts with the largest files where it knows no durations, as in a clean checkout. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
