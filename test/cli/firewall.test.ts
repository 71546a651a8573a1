import { expect, test } from "vitest";
import { confirmationSteps } from "../../cli/firewall.ts";

test("rules for the whole machine lead to a confirmation while there is time, and to a new start after it", () => {
  expect(confirmationSteps("plant", { state: "unconfirmed", secondsLeft: 90 })).toEqual([
    "",
    "The rules for the whole machine are taken back in 90 s. Log in again, then keep them:",
    "  exploreiot firewall confirm -c plant",
  ]);
  expect(confirmationSteps("plant", { state: "reverted" })).toEqual([
    "",
    "The rules for the whole machine were taken back, since nobody confirmed them in time. Run up again, log in again, then keep them:",
    "  exploreiot firewall confirm -c plant",
  ]);
  expect(confirmationSteps("plant", { state: "applied" })).toEqual([]);
});
