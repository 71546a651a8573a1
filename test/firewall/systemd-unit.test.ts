import { expect, test } from "vitest";
import { systemdUnit } from "../../firewall/systemd-unit.ts";

test("the unit loads its own file before the network and the engine, and removes its own table", () => {
  const lines = systemdUnit("plant-1", "/etc/exploreiot/plant-1.nft").split("\n");

  expect(lines.filter((line) => /^(Before|Wants|WantedBy|Exec|Capab)/.test(line))).toEqual([
    "Wants=network-pre.target",
    "Before=network-pre.target docker.service shutdown.target",
    "ExecStart=/usr/sbin/nft -f /etc/exploreiot/plant-1.nft",
    "ExecReload=/usr/sbin/nft -f /etc/exploreiot/plant-1.nft",
    "ExecStop=/usr/sbin/nft delete table inet exploreiot_plant-1",
    "CapabilityBoundingSet=CAP_NET_ADMIN",
    "WantedBy=sysinit.target",
  ]);
});
