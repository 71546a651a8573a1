import { expect, test } from "vitest";
import { directRoutingIsOff } from "../../../policies/host/direct-routing-is-off.ts";
import { judges } from "../judging.ts";
import { said } from "../reporting.ts";

const config = (settings: object) => ({ text: JSON.stringify(settings) });

judges(directRoutingIsOff, "DMN-009", {
  rejects: [
    {
      name: "on",
      given: config({ "allow-direct-routing": true }),
      evidence: ["allow-direct-routing is true"],
    },
    {
      name: "a file that is not JSON",
      given: { text: "[]" },
      evidence: ["cannot be judged: the file is not a JSON object"],
    },
    {
      name: "a file that is not known here",
      given: {},
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [
    { name: "the default", given: config({}) },
    { name: "off", given: config({ "allow-direct-routing": false }) },
  ],
});

test("DMN-009 says that the engine's environment is not in the file", () => {
  expect(said(directRoutingIsOff, { "file/daemon.json": { Engine: config({}) } }).notEnforceable).toEqual([
    expect.stringContaining("DOCKER_INSECURE_NO_IPTABLES_RAW"),
  ]);
});
