import { expect, test } from "vitest";
import { neighboursCannotRouteToContainers } from "../../../policies/host/neighbours-cannot-route-to-containers.ts";
import { FIREWALL } from "../firewall-file.ts";
import { changed } from "../firewall-judging.ts";
import { said } from "../reporting.ts";

const judged = (text?: string) =>
  said(neighboursCannotRouteToContainers, {
    docker_container: { Api: {} },
    ...(text === undefined ? {} : { "file/nftables": { Rules: { text } } }),
  });

test("DMN-008 accepts rules that close both ways", () => {
  expect(judged(FIREWALL)).toEqual({ examined: 1, findings: [], notEnforceable: [] });
});

test.each([
  { name: "no rules", text: undefined },
  { name: "rules that leave loopback open", text: changed({ "127.0.0.0/8": "127.0.0.2" }) },
  { name: "rules that leave routing open", text: changed({ 'oifname "xi00-*" counter drop': "counter" }) },
])("DMN-008 asks for the version of the engine with $name", ({ text }) => {
  expect(judged(text)).toEqual({
    examined: 1,
    findings: [],
    notEnforceable: [
      "no firewall rules in the stack close it, and no file shows the engine's version: docker version has to say 28.0 or later",
    ],
  });
});

test("DMN-008 does not look at a stack without containers", () => {
  expect(said(neighboursCannotRouteToContainers, {}).examined).toBe(0);
});
