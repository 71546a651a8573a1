import { parseOnce } from "../facts/parsed-files.ts";
import type { Listener } from "../files/mosquitto-conf.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

export const mqttOverWebsocketsIsEncrypted = definePolicy({
  id: "TLS-015",
  severity: "medium",
  title: "MQTT over WebSockets is encrypted",
  why: "A page that came over HTTPS may open encrypted sockets alone; one in clear text also carries the password.",
  avoid: `# mosquitto.conf
listener 9001
protocol websockets`,
  prefer: `# mosquitto.conf
listener 9001
protocol websockets
certfile /certs/broker.crt
keyfile /certs/broker.key`,
  allowed: "certfile and keyfile at each listener with protocol websockets, or a listener on 127.0.0.1",
  fix: "add certfile and keyfile below the listener, or bind it to 127.0.0.1",
  source: "mosquitto.conf(5)",
  enforcedIn: ["production"],
  looksAt: ["file/mosquitto.conf"],
  check: (file) =>
    parseOnce(file, parseMosquittoConf)
      .listeners.filter(isOpenInClearText)
      .map(({ port, place }) => `listener ${port} (${place}) has protocol websockets and no certificate`),
});

const isOpenInClearText = ({ address, settings }: Listener) =>
  settings.last("protocol")?.value === "websockets" &&
  !/^(127\.|::1$|localhost$)/.test(address ?? "") &&
  (settings.last("certfile") === undefined || settings.last("keyfile") === undefined);
