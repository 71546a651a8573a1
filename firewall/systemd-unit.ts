import { tableName } from "./nftables.ts";

/**
 * A systemd unit that loads the rules of a deployment at boot, before the network and the engine are up. It has a
 * file of its own: `/etc/nftables.conf` flushes the whole ruleset, the engine's included.
 *
 * @param file absolute path of the nftables file on the server
 */
export function systemdUnit(deployment: string, file: string): string {
  return `[Unit]
Description=Firewall of the ExploreIOT deployment ${deployment}
DefaultDependencies=no
Wants=network-pre.target
After=local-fs.target
Before=network-pre.target docker.service shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${file}
ExecReload=/usr/sbin/nft -f ${file}
ExecStop=/usr/sbin/nft delete table inet ${tableName(deployment)}
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_NET_ADMIN
ProtectSystem=strict
ProtectHome=yes

[Install]
WantedBy=sysinit.target
`;
}
