import { Construct } from "constructs";
import { FileDelivery } from "../../constructs/file-delivery.ts";
import { tmpfsOptions } from "../../constructs/hardening.ts";
import { commandProbe } from "../../constructs/probes.ts";
import { ServiceContainer } from "../../constructs/service-container.ts";
import { DataVolume } from "../../constructs/volumes.ts";
import { bridgeName } from "../../firewall/bridges.ts";
import { confirmSeconds } from "../../firewall/confirmation.ts";
import { nftablesRuleset, tableName } from "../../firewall/nftables.ts";
import type { ServiceScope } from "../service-scope.ts";

/**
 * uid 0, since the engine gives capabilities to no other user; of what root can do it keeps CAP_NET_ADMIN alone.
 * Why the image has no other way is in docs/decisions/0030-firewall.md.
 */
const USER = "0:0";

/** Applies the rules of the deployment on the machine of the engine and keeps them applied. */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, context: ServiceScope) {
    super(scope, id);
    const { name, firewall } = context.deployment;
    const files = new FileDelivery(this, "Files", {
      service: "firewall",
      user: USER,
      context,
      files: [{ name: "firewall.nft", content: nftablesRuleset(context.deployment) }],
    });
    // Confirmed rules have to be known after a restart; rules for containers lock nobody out.
    const confirmed =
      firewall.scope === "host" ? [new DataVolume(this, "Data", "firewall-data", context)] : [];
    const { container } = new ServiceContainer(this, "Service", {
      kind: "firewall",
      context,
      role: "firewall",
      alias: "firewall",
      image: context.images.kit("firewall"),
      user: USER,
      limits: { memoryMiB: 32, cpus: 0.5, pids: 32 },
      networks: [],
      command: ["firewall", "run"],
      environment: {
        FIREWALL_TABLE: tableName(name),
        FIREWALL_BRIDGES: `${bridgeName(name, "edge")} ${bridgeName(name, "broker")}`,
        FIREWALL_INTERFACES: firewall.interfaces.join(" "),
        FIREWALL_CONFIRM_SECONDS: String(confirmSeconds(context.deployment)),
      },
      files,
      tmpfs: { "/run/firewall": tmpfsOptions(1, USER) },
      volumes: confirmed.map((volume) => ({ name: volume.name, path: "/var/lib/firewall" })),
      probe: commandProbe(["firewall", "check"]),
    });
    // The rules are the machine's, so they are made in its network namespace.
    container.networkMode = "host";
    container.putCapabilities({ drop: ["ALL"], add: ["CAP_NET_ADMIN"] });
  }
}
