import { composeProject } from "../core/labels.ts";
import { firewallOf } from "../runners/docker/firewall.ts";
import type { Files } from "./folder.ts";
import type { Model } from "./model.ts";

const RULES = "firewall.nft";

/**
 * The firewall's rules as a file for a machine's own nftables, with a systemd unit that loads them before the network
 * and the engine are up: what the firewall's container keeps applied is then there from the first packet on.
 * Nothing where the deployment has no firewall.
 */
export function firewallUnit({ stack, deliveries }: Model): Files {
  const rules = deliveries
    .flatMap(({ public: files }) => files)
    .find(({ file }) => file.endsWith(`/${RULES}`));
  if (rules === undefined || stack.firewall === undefined) return {};
  const name = `${composeProject(stack.name)}-firewall`;
  return {
    [`firewall/${name}.nft`]: rules.content,
    [`firewall/${name}.service`]: firewallService(stack.name, name, `inet ${stack.firewall.table}`),
  };
}

/** Not `/etc/nftables.conf`, which flushes the whole ruleset, the engine's included. */
export const firewallService = (deployment: string, name: string, table: string): string => `[Unit]
Description=Firewall of the ExploreIOT deployment ${deployment}
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target docker.service shutdown.target
After=local-fs.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f /etc/exploreiot/${name}.nft
ExecReload=/usr/sbin/nft -f /etc/exploreiot/${name}.nft
ExecStop=/usr/sbin/nft delete table ${table}
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_NET_ADMIN
ProtectSystem=strict
ProtectHome=yes

[Install]
WantedBy=sysinit.target
`;

/** How rules are kept, and how the unit is put in place, for the runbook. */
export function firewallTask(model: Model): string {
  const files = Object.keys(firewallUnit(model));
  const service = firewallOf(model.stack);
  if (files.length === 0 || service === undefined)
    return "This deployment has none: the ports above are open to anyone who reaches their addresses.";
  const name = `${composeProject(model.stack.name)}-firewall`;
  const seconds = model.stack.firewall?.confirmSeconds ?? 0;
  return [
    ...(seconds > 0 ? confirmation(service.name, seconds) : []),
    `The container \`${service.name}\` keeps the rules applied while the engine runs. For the time before that, load them at boot${seconds > 0 ? ", once they are confirmed: the unit takes nothing back" : ""}:`,
    [
      "```sh",
      `install -D -m 0644 firewall/${name}.nft /etc/exploreiot/${name}.nft`,
      `install -m 0644 firewall/${name}.service /etc/systemd/system/${name}.service`,
      "systemctl daemon-reload",
      `systemctl enable --now ${name}.service`,
      "```",
    ].join("\n"),
    `\`nft --check -f firewall/${name}.nft\` says whether this machine takes them; \`systemctl disable --now ${name}.service\` takes them out.`,
  ].join("\n\n");
}

/** Rules that close the machine itself could lock out who applies them. */
const confirmation = (container: string, seconds: number): readonly string[] => [
  `These rules close the whole machine but for what is declared. They are taken back ${seconds} s after they were applied, unless they are confirmed: log in again, from where you will need it, and run there`,
  `\`\`\`sh\ndocker exec ${container} firewall confirm\n\`\`\``,
  `It is refused while no login has come in since; with a console of the machine, \`firewall confirm --no-login\` does without. \`docker exec ${container} firewall status\` says where things stand. Taken back, they are tried again by \`./start.sh\`.`,
];
