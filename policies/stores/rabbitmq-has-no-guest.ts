import type { Resource, StackDocument } from "../document.ts";
import type { Evidence } from "../evidence.ts";
import { filesWith } from "../facts/deliveries.ts";
import { byExposure } from "../facts/exposure.ts";
import { mountsOf } from "../facts/mounts.ts";
import { TextIsUnknown } from "../facts/parsed-files.ts";
import { byVariable, settingsIn } from "../facts/program-settings.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const rabbitmqHasNoGuest = definePolicy({
  id: "STO-005",
  severity: "critical",
  title: "RabbitMQ has no guest with the password guest",
  why: "A RabbitMQ that is told nothing makes the administrator guest with the password guest, and its image lets that user in from other machines. Everybody who reaches it reads all queues.",
  avoid: 'image: rabbitmq:4\nports: ["5672:5672"]',
  prefer:
    "image: rabbitmq:4\nenvironment:\n  RABBITMQ_DEFAULT_USER: app\n  RABBITMQ_DEFAULT_PASS: ${RABBITMQ_PASSWORD}",
  allowed:
    "RABBITMQ_DEFAULT_PASS; or default_pass, load_definitions or loopback_users.guest = true in rabbitmq.conf",
  fix: "mount a rabbitmq.conf with load_definitions, and a definitions file with hashes of passwords",
  source: "RabbitMQ documentation, access control, default user; docker-library/docs, rabbitmq",
  looksAt: RUNS,
  where: isProduct("rabbitmq"),
  check: (resource, stack) => byExposure([resource], "medium", problems(resource, stack)),
});

const PASSWORDS = [
  "RABBITMQ_DEFAULT_PASS",
  "RABBITMQ_DEFAULT_PASS_FILE",
  "RABBITMQ_PASSWORD",
  "RABBITMQ_PASSWORD_FILE",
  "RABBITMQ_LOAD_DEFINITIONS",
];

function problems(resource: Resource, stack: StackDocument): readonly Evidence[] {
  if (byVariable(resource, ...PASSWORDS) !== undefined) return [];
  const settings = settingsIn(
    { kind: "rabbitmq.conf", path: "/etc/rabbitmq/rabbitmq.conf" },
    resource,
    stack,
  );
  const isSafe =
    ["default_pass", "load_definitions", "definitions.import_backend"].some((name) => settings.has(name)) ||
    settings.get("loopback_users.guest") === "true";
  if (isSafe) return [];
  const isSeen = filesWith(resource, "rabbitmq.conf", stack).length > 0;
  if (!isSeen && (isConfigured(resource) || byVariable(resource, "RABBITMQ_CONFIG_FILE")))
    throw new TextIsUnknown("/etc/rabbitmq: what is mounted there is not known here");
  return ["no password of its own is set, so guest logs in with guest"];
}

/** Older forms of its configuration, definitions, and what else may lie there. */
const isConfigured = (resource: Resource): boolean =>
  mountsOf(resource).some(({ target }) => String(target).startsWith("/etc/rabbitmq"));
