import { chainsAt, closesTheOutside } from "../facts/firewall-chains.ts";
import { dropsRemoteLoopback } from "../facts/firewall-loopback.ts";
import { RUNS } from "../facts/services.ts";
import { nftables } from "../files/nftables.ts";
import { definePolicy } from "../policy.ts";

const ASK_THE_ENGINE = {
  notEnforceable:
    "no firewall rules in the stack close it, and no file shows the engine's version: docker version has to say 28.0 or later",
};

export const neighboursCannotRouteToContainers = definePolicy({
  id: "DMN-008",
  severity: "high",
  title: "neighbours reach neither unpublished ports nor those on loopback",
  why: "Before Engine 28 machines of the same network segment reach containers by their own addresses, and ports that are published on 127.0.0.1.",
  avoid: `$ docker version --format '{{.Server.Version}}'    # older than 28, on a host without a firewall for both
27.5.1`,
  prefer: `$ docker version --format '{{.Server.Version}}'
28.5.2`,
  allowed: "Docker Engine 28.0 or later, or firewall rules that drop both",
  fix: "turn the firewall of the deployment on, or update the engine",
  source: "Docker Engine 28.0 release notes; moby#45610",
  enforcedIn: ["production"],
  looksAt: ["stack"],
  where: (_, stack) => stack.of(RUNS).length > 0,
  check: (_, stack) => {
    const rulesets = stack.of(["file/nftables"]).map(nftables);
    const isClosed = rulesets.some(
      (ruleset) => dropsRemoteLoopback(ruleset) && chainsAt(ruleset, "forward").some(closesTheOutside),
    );
    return isClosed ? [] : [ASK_THE_ENGINE];
  },
});
