import { rabbitmqHasNoGuest } from "../../../policies/stores/rabbitmq-has-no-guest.ts";
import { judges } from "../judging.ts";
import { FILE, OPEN_PORT, UNSEEN } from "../programs.ts";

const rabbit = { image: "rabbitmq:4-management" };
const guest = "no password of its own is set, so guest logs in with guest";
const PATH = "/etc/rabbitmq/rabbitmq.conf";

judges(rabbitmqHasNoGuest, "STO-005", {
  rejects: [
    { name: "one as it comes", given: { ...rabbit, ...OPEN_PORT(5672) }, evidence: [guest] },
    { name: "for its networks", given: rabbit, evidence: [{ severity: "medium", text: guest }] },
    {
      name: "a user with the usual password",
      given: { ...rabbit, env: ["RABBITMQ_DEFAULT_USER=app"], ...OPEN_PORT(5672) },
      evidence: [guest],
    },
    {
      name: "a file that says nothing of it",
      given: { ...rabbit, ...FILE(PATH, "# default_pass = x\nvm_memory_high_watermark.relative = 0.6\n") },
      evidence: [{ severity: "medium", text: guest }],
    },
    {
      name: "a folder that is not known here",
      given: { ...rabbit, ...UNSEEN("/etc/rabbitmq") },
      evidence: [`cannot be judged: ${PATH}: its text is not known here`],
    },
    {
      name: "a file of another form",
      given: { ...rabbit, ...UNSEEN("/etc/rabbitmq/definitions.json") },
      evidence: ["cannot be judged: /etc/rabbitmq: what is mounted there is not known here"],
    },
  ],
  accepts: [
    { name: "a password", given: { ...rabbit, env: ["RABBITMQ_DEFAULT_PASS=${var.password}"] } },
    {
      name: "Bitnami's password",
      given: { image: "bitnami/rabbitmq:4", env: ["RABBITMQ_PASSWORD_FILE=/s"] },
    },
    {
      name: "definitions that are loaded",
      given: { ...rabbit, ...FILE(PATH, "load_definitions = /etc/rabbitmq/definitions.json\n") },
    },
    {
      name: "a guest that others cannot be",
      given: { ...rabbit, ...FILE("/etc/rabbitmq/conf.d/20-own.conf", "loopback_users.guest = true\n") },
    },
    { name: "an exporter", given: { image: "kbudde/rabbitmq-exporter:1" }, examined: 0 },
  ],
});
