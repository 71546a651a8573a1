import { expect, test } from "vitest";
import { listeningPortsAreWatched } from "../../../policies/firewall/listening-ports-are-watched.ts";
import { said } from "../reporting.ts";

test("FWL-010 says that only the running machine shows it", () => {
  expect(said(listeningPortsAreWatched, { docker_container: { Api: {} } })).toEqual({
    examined: 1,
    findings: [],
    notEnforceable: ["no file shows what listens: ss -tlnp on the running machine does"],
  });
});

test("FWL-010 does not look at a stack without containers", () => {
  expect(said(listeningPortsAreWatched, {}).examined).toBe(0);
});
