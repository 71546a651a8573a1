import { BRIDGE_OPTION, isBridge, optionsOf } from "../facts/networks.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

const NAME = `${BRIDGE_OPTION}name`;

export const bridgesHaveNames = definePolicy({
  id: "NET-016",
  severity: "medium",
  title: "where there are firewall rules, every bridge has a name that they can use",
  why: "The engine names a bridge after the network's random id: a rule cannot name it before it is there, and names another one after it was replaced.",
  avoid: `services:
  web: {image: "haproxy:3.0", networks: [web], ports: ["0.0.0.0:443:443"]}
  firewall:
    image: exploreiot/firewall:1.0
    configs: [{source: rules, target: /etc/nftables.conf}]
    network_mode: host
networks: {web: {}}
configs:
  rules:
    content: |
      table inet example {
        chain forward {
          type filter hook forward priority filter; policy drop;
          ct status dnat meta l4proto tcp ct original proto-dst 443 accept
        }
      }`,
  prefer: `services:
  web: {image: "haproxy:3.0", networks: [web], ports: ["0.0.0.0:443:443"]}
  firewall:
    image: exploreiot/firewall:1.0
    configs: [{source: rules, target: /etc/nftables.conf}]
    network_mode: host
networks: {web: {driver_opts: {com.docker.network.bridge.name: br-web}}}
configs:
  rules:
    content: |
      table inet example {
        chain forward {
          type filter hook forward priority filter; policy drop;
          ct status dnat meta l4proto tcp ct original proto-dst 443 accept
        }
      }`,
  allowed: `options "${NAME}" with the name of an interface, at most 15 characters`,
  fix: "set the option",
  source: "Linux IFNAMSIZ; Docker documentation, bridge network driver",
  looksAt: ["docker_network"],
  where: (network, stack) => isBridge(network) && stack.of(["file/nftables"]).length > 0,
  check: (network) =>
    must(optionsOf(network), NAME, (name) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(String(name ?? ""))),
});
