import { roleOf } from "../core/labels.ts";
import { namesIn } from "../core/secret-text.ts";
import { dataVolumes } from "../runners/docker/data-volumes.ts";
import type { ContainerSpec } from "../runners/stack.ts";
import { TITLE } from "./diagram/svg.ts";
import { firewallTask } from "./firewall-unit.ts";
import type { Model } from "./model.ts";
import { brokerStore } from "./runbook-broker.ts";
import { certificates } from "./runbook-certificates.ts";
import { addition, backup, bundle, restore, rotation, update } from "./runbook-tasks.ts";
import { secretNames } from "./server-script.ts";

/** The picture that the runbook shows, next to it. */
export const DIAGRAM = "diagram.svg";

/** The runbook of a deployment: what there is, and what to do, in commands for the rendered folder on the server. */
export function runbook(model: Model): string {
  const { stack } = model;
  const services = stack.containers.filter(({ job }) => !job);
  const sections = [
    `# Runbook: ${stack.name}`,
    "Written by `exploreiot render` from the configuration. Every command is for this folder, on the server.",
    `![${TITLE}](${DIAGRAM})`,
    section("Services", services.length === 0 ? "None." : table(SERVICE_HEAD, services.map(serviceRow))),
    section("Open ports", ports(services)),
    section(
      "Networks",
      table(
        ["network", "subnets", "way out"],
        stack.networks.map(({ name, subnets, internal }) => [
          name,
          subnets.map(({ subnet }) => subnet).join(", ") || "chosen by the engine",
          internal ? "none" : "yes",
        ]),
      ),
    ),
    section("Data", dataTable(model)),
    section("Secrets", secrets(model)),
    section("First start", firstStart(model)),
    section("Firewall", firewallTask(model)),
    section("Certificates", certificates(model)),
    section("Back up", backup(model)),
    section("Restore", restore(model)),
    section("Add a service", addition()),
    section("Change a secret", rotation()),
    section("Update, and go back", update()),
    section("Update from a bundle", bundle()),
    ...(services.some((container) => roleOf(container) === "mosquitto")
      ? [section("The broker set its store aside", brokerStore(model))]
      : []),
    section("When something is wrong", TROUBLE),
  ];
  return `${sections.join("\n\n")}\n`;
}

const section = (title: string, text: string): string => `## ${title}\n\n${text}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const SERVICE_HEAD = ["service", "container", "image", "memory", "processors"];

const serviceRow = (container: ContainerSpec): readonly string[] => [
  roleOf(container),
  `\`${container.name}\``,
  `\`${container.image}\``,
  `${container.block.memory ?? "-"} MiB`,
  container.block.cpus ?? "-",
];

function ports(services: readonly ContainerSpec[]): string {
  const rows = services.flatMap((container) =>
    (container.block.ports ?? []).map(({ ip, external, internal, protocol }) => [
      `${ip}:${external}/${protocol}`,
      `${roleOf(container)}, port ${internal} inside`,
    ]),
  );
  return rows.length === 0 ? "None." : table(["listens on", "leads to"], rows);
}

function dataTable({ stack }: Model): string {
  const rows = dataVolumes(stack).map((name) => [
    `\`${name}\``,
    stack.containers
      .filter(({ job, volumes }) => !job && volumes.some((volume) => volume.name === name))
      .map(roleOf)
      .join(", "),
  ]);
  const rest = "Every other volume holds delivered files and is filled again at each start.";
  return `${table(["volume", "of"], rows)}\n\n${rest} \`docker compose down\` keeps volumes; \`docker compose down --volumes\` deletes every reading.`;
}

function secrets(model: Model): string {
  const readers = (name: string) =>
    model.deliveries
      .filter(({ secret }) => secret.some(({ origin }) => namesIn(origin).includes(name)))
      .map(({ role }) => role.replace(/-files$/, ""));
  const rows = secretNames(model).map((name) => [`\`secrets/${name}\``, readers(name).join(", ")]);
  const brought = model.deliveries.flatMap(({ secret, role }) =>
    secret
      .filter(({ origin }) => origin === undefined)
      .map(({ path }) => [`\`${path}\` (to be brought)`, role.replace(/-files$/, "")]),
  );
  return [
    "Made by `start.sh` at the first start, 256 bit each, in `secrets/` (0700, files 0400). None is in this folder as it was rendered.",
    table(
      ["file", "used by"],
      [...rows, ...brought, ["`secrets/hash-key`", "`.env`: tells when a secret changed"]],
    ),
    "A stack that ran elsewhere keeps its passwords only if they come along: before the first start, copy that machine's `.exploreiot/" +
      `${model.stack.name}/secrets/\` to \`secrets/\` (for example \`scp -p\`), or unpack the \`secrets.tar\` of a backup here.`,
  ].join("\n\n");
}

function firstStart({ stack }: Model): string {
  return [
    "Needs Docker 20.10 or newer with its compose plugin. Nothing else is installed or fetched but images.",
    "```sh\n./start.sh\n```",
    "It checks this folder against `SHA256SUMS`, loads `images.tar` if images are missing (or pulls those that are pinned), makes the secrets, and waits until every service is healthy. Run again, it changes nothing that is as it should be. Containers come back by themselves after a reboot.",
    `Images: ${stack.images.map((image) => `\`${image}\``).join(", ")}.`,
    "Terraform instead of compose (one or the other, they make the same containers): `./start.sh secrets`, then `terraform -chdir=terraform init` and `terraform -chdir=terraform apply` (where a bundle brought the providers: `init -plugin-dir=providers`), without `TF_WORKSPACE` and `TF_CLI_ARGS` in the environment. After compose, run `docker compose down` first, which keeps the data: Terraform does not know what compose made. Before a newer folder with a service less is applied, the volume of its data has to leave the state (`terraform -chdir=terraform state rm`), or Terraform deletes it.",
  ].join("\n\n");
}

const TROUBLE = `| seen | look | do |
| --- | --- | --- |
| \`start.sh\` stops at a service | \`docker compose ps --all\`, \`docker compose logs --tail 50 SERVICE\` | fix what the log names, run \`./start.sh\` again |
| "port is already allocated" | \`ss -ltnp\` | stop what holds it, or change the port under \`listeners\` and render again |
| unhealthy after a change of a password | "Change a secret" above | a database keeps its passwords until they are changed in it |
| "no space left on device" | \`docker system df\` | \`docker image prune\`; never \`docker volume prune\` |
| "this folder is not as it was rendered" | \`sha256sum -c SHA256SUMS\` | copy the folder again |
| killed for memory | \`docker inspect --format '{{.State.OOMKilled}}' CONTAINER\` | raise \`limits.memoryMiB\` of that service and render again |`;
