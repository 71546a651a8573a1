import { firewallOpensWhatIsPublished } from "../../../policies/network/firewall-opens-what-is-published.ts";
import { FIREWALL } from "../firewall-file.ts";
import { published } from "../images.ts";
import { judges } from "../judging.ts";

/** The rules of FIREWALL open 443 and 8883 on IPv4. */
const publishing = (...ports: readonly object[]) => ({
  docker_container: {
    Edge: { "//": { metadata: { path: "test/Edge" } }, ...published(443) },
    Broker: {
      "//": { metadata: { path: "test/Broker" } },
      ports: [{ internal: 8883, external: 8883, ip: "0.0.0.0" }, ...ports],
    },
  },
});
const rules = (text: string) => ({ text });

judges(firewallOpensWhatIsPublished, "NET-024", {
  rejects: [
    {
      name: "a published port that no rule opens",
      given: rules(FIREWALL),
      around: publishing({ internal: 1883, external: 1883, ip: "0.0.0.0" }),
      evidence: ["test/Broker publishes 1883/tcp, which no rule opens"],
    },
    {
      name: "a port of IPv6 behind a rule for IPv4, and one of UDP behind a rule for TCP",
      given: rules(FIREWALL),
      around: publishing(
        { internal: 1, external: 443, ip: "::" },
        { internal: 2, external: 8883, ip: "0.0.0.0", protocol: "udp" },
      ),
      evidence: [
        "test/Broker publishes 443/tcp, which no rule opens",
        "test/Broker publishes 8883/udp, which no rule opens",
      ],
    },
    {
      name: "a rule that opens a port nobody publishes",
      given: rules(FIREWALL.replace("proto-dst 443", "proto-dst { 443, 5432, 9000-9001 }")),
      around: publishing(),
      evidence: [
        "line 26 opens 5432, which nothing publishes",
        "line 26 opens 9000-9001, which nothing publishes",
      ],
    },
    {
      name: "rules without the chain",
      given: rules("table inet x {\n}\n"),
      around: publishing(),
      evidence: [
        "test/Edge publishes 443/tcp, which no rule opens",
        "test/Broker publishes 8883/tcp, which no rule opens",
      ],
    },
    {
      name: "a port known only at apply",
      given: rules(FIREWALL),
      around: publishing({ internal: 1, external: "${var.port}", ip: "0.0.0.0" }),
      evidence: ["test/Broker publishes NaN/tcp, which no rule opens"],
    },
  ],
  accepts: [
    {
      name: "rules that open what is published, loopback apart",
      given: rules(FIREWALL),
      around: publishing({ internal: 3000, external: 3000, ip: "127.0.0.1" }),
    },
    {
      name: "a named set, and rules for containers of others",
      given: rules(
        FIREWALL.replace("proto-dst 443", "proto-dst @web")
          .replace(
            "  chain prerouting",
            "  set web {\n    type inet_service; elements = { 443 }\n  }\n  chain prerouting",
          )
          .replace(
            '    oifname "xi00-*" limit',
            '    iifname "eth0" ct status dnat meta l4proto tcp ct original proto-dst 9000 accept\n    oifname "xi00-*" limit',
          ),
      ),
      around: publishing(),
    },
    { name: "rules without a stack", given: rules(FIREWALL), examined: 0 },
  ],
});
