import { parseOnce } from "../facts/parsed-files.ts";
import { soundsSecret } from "../facts/secret-names.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

const SECRET = ["remote_password", "password", "bridge_psk", "websockets_secret"];

export const bridgesCarryNoPasswords = definePolicy({
  id: "MQT-015",
  severity: "high",
  title: "mosquitto.conf holds no passwords of bridges and plugins",
  why: "mosquitto.conf is no secret: it stands in Terraform's JSON, in its state and in the plan.",
  avoid: `# mosquitto.conf
connection cloud
address broker.example.org:8883
remote_username plant
remote_password q7Zt4m`,
  prefer: `# mosquitto.conf
connection cloud
address broker.example.org:8883
bridge_certfile /certs/plant.crt
bridge_keyfile /certs/plant.key`,
  allowed: "certificates for bridges (bridge_certfile, bridge_keyfile); files for plugins",
  fix: "let the bridge show a certificate, or deliver the file as a secret and waive this rule for it",
  source: "mosquitto.conf(5), remote_password",
  looksAt: ["file/mosquitto.conf"],
  check: (file) =>
    parseOnce(file, parseMosquittoConf)
      .settings.list.filter(({ name }) => SECRET.includes(name) || (/_opt_/.test(name) && soundsSecret(name)))
      .map(({ name, place }) => `${name} is written out (${place})`),
});
