import type { Resource } from "../document.ts";
import { variablesOf } from "../facts/environment.ts";
import { isOfTheKit } from "../facts/kit.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const BROKER = /^MQTT_(?:BROKER_)?(?:HOST|HOSTNAME|URL|URI|SERVER|ADDRESS|BROKER)$|^MQTT_BROKER$/;
const NAME = /^MQTT_(?:BROKER_)?(?:USER|USERNAME)(?:_FILE)?$/;
const SECRET = /^MQTT_(?:BROKER_)?(?:PASSWORD|PASS|PASSWD)_FILE$/;
const PASSWORD = /^MQTT_(?:BROKER_)?(?:PASSWORD|PASS|PASSWD)$/;
const CERTIFICATE = /^MQTT_(?:TLS_|CLIENT_)*(?:KEY|KEYFILE|KEY_FILE)$/;

export const clientsLogInWithSecrets = definePolicy({
  id: "MQT-021",
  severity: "medium",
  title: "every client of the broker has a user name, and a password in a file",
  why: "A client without credentials forces the broker to let everybody in.",
  avoid: `environment:
  MQTT_HOST: broker.example.org`,
  prefer: `environment:
  MQTT_HOST: broker.example.org
  MQTT_USER: ingest
  MQTT_PASSWORD_FILE: /run/secrets/mqtt`,
  allowed: "MQTT_USER with MQTT_PASSWORD_FILE, or a client certificate with MQTT_KEY_FILE",
  fix: "give the client a user of its own, and its password as a secret",
  source: "docs/architecture.md, secrets",
  looksAt: RUNS,
  where: (resource, stack) =>
    kindOf(resource, stack) !== "mosquitto" && variablesOf(resource).some(({ name }) => BROKER.test(name)),
  check: (container, stack) => {
    const has = (pattern: RegExp) =>
      variablesOf(container).some(({ name, value }) => pattern.test(name) && value !== "");
    if (has(CERTIFICATE)) return [];
    return [
      ...(has(NAME) ? [] : ["MQTT_USER is not set"]),
      // That a password stands in the environment is SEC-001; images of others may know no file.
      ...(has(SECRET) || isWrapped(container) || (!isOfTheKit(stack) && has(PASSWORD))
        ? []
        : ["MQTT_PASSWORD_FILE is not set"]),
    ];
  },
});

/** The kit's wrapper reads the files whose names it is given into variables. */
const isWrapped = (container: Resource) =>
  variablesOf(container).some(
    ({ name, value }) =>
      name === "SECRET_VARIABLES" && (value ?? "").split(" ").some((word) => /^MQTT_PASS/.test(word)),
  );
