import { mqttOverWebsocketsIsEncrypted } from "../../../policies/tls/mqtt-over-websockets-is-encrypted.ts";
import { local } from "../images.ts";
import { judges } from "../judging.ts";

const conf = (text: string) => ({ text });
const OPEN = conf("listener 1883\nlistener 9001\nprotocol websockets\ncertfile /certs/a.crt\n");

judges(mqttOverWebsocketsIsEncrypted, "TLS-015", {
  rejects: [
    {
      name: "sockets without a key",
      given: OPEN,
      evidence: ["listener 9001 (mosquitto.conf line 2) has protocol websockets and no certificate"],
    },
    {
      name: "a file that is not known here",
      given: {},
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [
    { name: "both files", given: conf("listener 9001\nprotocol websockets\ncertfile /c\nkeyfile /k\n") },
    { name: "loopback", given: conf("listener 9001 127.0.0.1\nprotocol websockets\n") },
    { name: "MQTT", given: conf("listener 1883\nprotocol mqtt\n") },
    { name: "a local stack, where it is relaxed", given: OPEN, around: { docker_container: { One: local } } },
  ],
});
