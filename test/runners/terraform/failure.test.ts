import { expect, test } from "vitest";
import { failure } from "../../../runners/terraform/failure.ts";
import { stackOf } from "../../support/stack.ts";

const info =
  "Lock Info:\n  ID:        1b2c\n  Path:      x.tfstate\n  Who:       anna@office\n  Created:   2026-11-23 08:00 UTC";
const said = (detail: string, backend: string) => {
  const diagnostic = { severity: "error", summary: "Error acquiring the state lock", detail };
  const stdout = JSON.stringify({ type: "diagnostic", diagnostic });
  return failure(stackOf([], { backend, folder: "/stack" }), "plan", stdout, "").render();
};
const REMEDY =
  "another deploy is at work\n  → wait until it has ended, then run this again\n  → if it was killed and nobody works on it: terraform -chdir=/stack force-unlock";

test("a lock is told with its holder where the backend knows it", () => {
  expect(said(info, "local")).toBe(
    `the state of demo is locked by anna@office since 2026-11-23 08:00 UTC: ${REMEDY} 1b2c`,
  );
});

test("a lock of a backend that names the wrong one is told by its id alone", () => {
  expect(said(`HTTP remote state already locked: ID=9f\n${info}`, "http")).toBe(
    `the state of demo is locked: ${REMEDY} 9f`,
  );
});

test("a backend that refuses is no lock", () => {
  expect(said("HTTP remote state endpoint requires auth", "http")).toContain(
    "the state of demo (http) cannot be locked\nError acquiring the state lock: HTTP remote state endpoint requires auth",
  );
});
