import { expect, test } from "vitest";
import { firewallUnit } from "../../render/firewall-unit.ts";
import { modelOf } from "../../render/model.ts";
import { containerSpec, stackOf } from "../support/stack.ts";

const rules =
  "add table inet exploreiot_demo\ndelete table inet exploreiot_demo\n\ntable inet exploreiot_demo {\n}\n";
const firewall = { table: "exploreiot_demo", scope: "containers", confirmSeconds: 0 } as const;
const delivery = containerSpec("firewall-files", {
  job: true,
  uploads: [{ file: "/incoming/firewall.nft", content: rules }],
});

test("the firewall's rules are a file of their own, and a unit loads and removes that very table", () => {
  const files = firewallUnit(modelOf(stackOf([delivery], { firewall }), "/home"));
  const unit = files["firewall/exploreiot-demo-firewall.service"]?.split("\n") ?? [];

  expect(files["firewall/exploreiot-demo-firewall.nft"]).toBe(rules);
  expect(unit.filter((line) => /^(Exec|Before|WantedBy|Capab|NoNew|Protect)/.test(line))).toEqual([
    "Before=network-pre.target docker.service shutdown.target",
    "ExecStart=/usr/sbin/nft -f /etc/exploreiot/exploreiot-demo-firewall.nft",
    "ExecReload=/usr/sbin/nft -f /etc/exploreiot/exploreiot-demo-firewall.nft",
    "ExecStop=/usr/sbin/nft delete table inet exploreiot_demo",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=CAP_NET_ADMIN",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "WantedBy=sysinit.target",
  ]);
});

test("a deployment without a firewall has no such files", () => {
  expect(firewallUnit(modelOf(stackOf([containerSpec("api")]), "/home"))).toEqual({});
});
