import { expect, test } from "vitest";
import { directRoutingIsOff } from "../../../policies/host/direct-routing-is-off.ts";
import { daemonJson, UNREADABLE } from "../engine-settings.ts";
import { judges } from "../judging.ts";
import { said } from "../reporting.ts";

judges(directRoutingIsOff, "DMN-009", {
  rejects: [
    {
      name: "on",
      given: daemonJson({ "allow-direct-routing": true }),
      evidence: ["allow-direct-routing is true"],
    },
    ...UNREADABLE,
  ],
  accepts: [
    { name: "the default", given: daemonJson({}) },
    { name: "off", given: daemonJson({ "allow-direct-routing": false }) },
  ],
});

test("DMN-009 says that the engine's environment is not in the file", () => {
  expect(said(directRoutingIsOff, { "file/daemon.json": { Engine: daemonJson({}) } }).notEnforceable).toEqual(
    [expect.stringContaining("DOCKER_INSECURE_NO_IPTABLES_RAW")],
  );
});
