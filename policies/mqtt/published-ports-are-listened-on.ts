import { unknown } from "../evidence.ts";
import { filesWith, runs } from "../facts/deliveries.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { internalPort, publishedPorts, publishesPorts, toldPort } from "../facts/ports.ts";
import { RUNS } from "../facts/services.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

export const publishedPortsAreListenedOn = definePolicy({
  id: "MQT-005",
  severity: "high",
  title: "the broker listens on every port that is published for it",
  why: "A published port without a listener answers with a refusal; the broker's own log shows nothing.",
  avoid: `services:
  broker:
    image: eclipse-mosquitto:2.0
    ports: ["127.0.0.1:8883:8883"]
    configs:
      - {source: conf, target: /mosquitto/config/mosquitto.conf}
configs:
  conf: {content: "listener 1883"}`,
  prefer: `services:
  broker:
    image: eclipse-mosquitto:2.0
    ports: ["127.0.0.1:1883:1883"]
    configs:
      - {source: conf, target: /mosquitto/config/mosquitto.conf}
configs:
  conf: {content: "listener 1883"}`,
  allowed: "an internal port for which mosquitto.conf has a listener that is not on loopback",
  fix: "make ports.internal and the listener agree",
  source: "mosquitto.conf(5), listener",
  looksAt: RUNS,
  where: (resource, stack) => runs("mosquitto")(resource, stack) && publishesPorts(resource),
  check: (container, stack) => {
    const files = filesWith(container, "mosquitto.conf", stack);
    if (files.length === 0 && stack.dialect === "compose")
      return [unknown("its mosquitto.conf is known only at apply")];
    const listening = files
      .flatMap((file) => parseOnce(file, parseMosquittoConf).listeners)
      .filter(({ address }) => !/^(127\.|::1$|localhost$)/.test(address ?? ""))
      .map(({ port }) => port);
    return publishedPorts(container)
      .filter((port) => !listening.includes(internalPort(port)))
      .map(
        ({ block, names }) =>
          `port ${toldPort(block, names.internal)} is published, the listeners are on ${listening.join(", ") || "none"}`,
      );
  },
});
