import { roleOf } from "../../core/labels.ts";
import { dataLabel } from "../../runners/swarm/names.ts";
import { rulesName } from "./node-rules.ts";
import type { SwarmPlan } from "./plan.ts";

/** RUNBOOK.md of a stack for Docker Swarm. */
export function swarmRunbook(plan: SwarmPlan): string {
  const { model, services, settings, project } = plan;
  const { name } = model.stack;
  const rows = services.map((one) => {
    const { container, stage, order, pinned } = one;
    const ports = (container.block.ports ?? []).map(({ external }) => external);
    return [
      ...[roleOf(container), String(stage), container.job ? "runs once" : order],
      ...[pinned ? "the node with the data" : "any node", [...new Set(ports)].join(", ") || "-"],
    ];
  });
  const label = dataLabel(model.stack.name);
  const sections = [
    `# Runbook: ${name} on Docker Swarm`,
    "Written by `exploreiot render --target swarm` from the configuration. Every command is for this folder, on a manager.",
    section("Services", table(["service", "stage", "update", "place", "ports of its node"], rows)),
    section(
      "First start",
      `\`\`\`sh
docker swarm init --advertise-addr ADDRESS
./start.sh
\`\`\`

In a swarm of several nodes, say once which one has the data: \`DATA_NODE=NAME ./start.sh\`. The node gets the label \`${label}\`; services with data run there and nowhere else, because volumes are on the disk of their node, and so do those with a port, because clients know one address. ${settings.registry === undefined ? "Every node must have the images itself: `docker load` there, or set `swarm.registry` and render again." : `Images go to \`${settings.registry}\`, and the nodes pull them from there by digest.`}`,
    ),
    section(
      "Look",
      `\`\`\`sh
docker stack services ${project}
docker service ps --no-trunc ${project}_api
docker service logs --tail 50 ${project}_api
\`\`\`

A service that runs once has 0 of 1 replicas when it is done.`,
    ),
    section(
      "Update, and go back",
      "Render again, copy the folder over this one without `secrets`, and run `./start.sh`. A service without data and ports starts its new task first. A new task that does not stay healthy is taken back by the swarm, and `./start.sh` names it.",
    ),
    section(
      "Change a secret",
      `\`\`\`sh
rm secrets/NAME && ./start.sh
\`\`\`

Secrets and configs of a swarm never change: the new value is a new object with a new name, services that read it are replaced one after the other, and the old object is removed. A password of PostgreSQL or of a device is also known elsewhere: read docs/swarm.md of the kit first.`,
    ),
    section(
      "The ports of Swarm",
      `On every node: 2377/tcp, 7946/tcp and udp, and 4789/udp are for ${settings.nodes.length === 0 ? "nobody else, since the configuration names no node (`swarm.nodes`)" : settings.nodes.join(", ")}.

\`\`\`sh
install -D -m 0644 firewall/${rulesName(plan)}.nft /etc/exploreiot/${rulesName(plan)}.nft
install -m 0644 firewall/${rulesName(plan)}.service /etc/systemd/system/${rulesName(plan)}.service
systemctl daemon-reload
systemctl enable --now ${rulesName(plan)}.service
\`\`\``,
    ),
    section(
      "Take it down",
      `\`docker stack rm ${project}\` removes services, networks, configs and secrets of the swarm. Volumes and this folder's \`secrets\` stay, and \`./start.sh\` goes on with them.`,
    ),
  ];
  return `${sections.join("\n\n")}\n`;
}

const section = (title: string, text: string): string => `## ${title}\n\n${text}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
