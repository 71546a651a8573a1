import type { Resource, StackDocument } from "../document.ts";
import { isProvided, readersOf } from "../facts/deliveries.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { type Listener, parseMosquittoConf } from "../files/mosquitto-conf.ts";
import type { Settings } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

export const clientsProveWhoTheyAre = definePolicy({
  id: "MQT-002",
  severity: "critical",
  title: "the broker has credentials to compare clients with",
  why: "Refusing anonymous clients is half of it: without passwords or certificates nobody, or everybody, gets in.",
  avoid: `# mosquitto.conf
listener 1883
allow_anonymous false`,
  prefer: `services:
  broker:
    image: eclipse-mosquitto:2.0
    configs:
      - {source: conf, target: /mosquitto/config/mosquitto.conf}
    secrets:
      - {source: passwords, target: /mosquitto/config/passwd}
configs:
  conf:
    content: |
      listener 1883
      allow_anonymous false
      password_file /mosquitto/config/passwd
secrets:
  passwords: {file: ./passwd}`,
  allowed:
    "a password file that the container is given, a plugin for passwords, or client certificates on each listener",
  fix: "write password_file into mosquitto.conf and deliver the file",
  source: "mosquitto.conf(5), Authentication",
  looksAt: ["file/mosquitto.conf"],
  check: (file, stack) => {
    const { settings, listeners } = parseOnce(file, parseMosquittoConf);
    const files = ["password_file", "psk_file"].flatMap((name) => settings.all(name));
    const missing = files.filter(({ value }) => !isGiven(value, file, stack));
    if (missing.length > 0)
      return missing.map(
        ({ name, value, place }) => `${name} ${value} is not given to the broker (${place})`,
      );
    if (files.length > 0 || hasPlugin(settings)) return [];
    const open = listeners.filter((listener) => !asksForCertificates(listener));
    return listeners.length === 0
      ? ["no credentials are named"]
      : open.map(({ port, place }) => `listener ${port} has no credentials to compare with (${place})`);
  },
});

const isGiven = (path: string, file: Resource, stack: StackDocument) =>
  readersOf(file, stack).every((reader) => isProvided(path, reader, stack));

const hasPlugin = (settings: Settings) =>
  ["plugin", "auth_plugin", "global_plugin", "plugin_load"].some((name) =>
    settings.all(name).some(({ value }) => /dynamic.?security|password.?file|auth/i.test(value)),
  );

const asksForCertificates = ({ settings }: Listener) =>
  settings.last("require_certificate")?.value === "true" &&
  ["use_identity_as_username", "use_subject_as_username"].some(
    (name) => settings.last(name)?.value === "true",
  );
