import type { Resource } from "../document.ts";
import { unknown } from "../evidence.ts";
import { filesWith, runs } from "../facts/deliveries.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { RUNS } from "../facts/services.ts";
import { parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks, show } from "../values.ts";

/**
 * A published port without a listener answers with a refusal; the broker's own log shows nothing.
 */
export const publishedPortsAreListenedOn = definePolicy({
  id: "MQT-005",
  severity: "high",
  title: "the broker listens on every port that is published for it",
  allowed: "an internal port for which mosquitto.conf has a listener that is not on loopback",
  fix: "make ports.internal and the listener agree",
  source: "mosquitto.conf(5), listener",
  looksAt: RUNS,
  where: (resource, stack) => runs("mosquitto")(resource, stack) && publishedPorts(resource).length > 0,
  check: (container, stack) => {
    const files = filesWith(container, "mosquitto.conf", stack);
    if (files.length === 0 && stack.dialect === "compose")
      return [unknown("what its mosquitto.conf says is known only at apply")];
    const listening = files
      .flatMap((file) => parseOnce(file, parseMosquittoConf).listeners)
      .filter(({ address }) => !/^(127\.|::1$|localhost$)/.test(address ?? ""))
      .map(({ port }) => port);
    return publishedPorts(container)
      .filter((port) => !listening.includes(asNumber(port)))
      .map(
        (port) => `port ${show(port)} is published, the listeners are on ${listening.join(", ") || "none"}`,
      );
  },
});

const publishedPorts = ({ type, block }: Resource): readonly unknown[] =>
  type === "docker_container"
    ? blocks(block, "ports").map(({ internal }) => internal)
    : blocks(block, "endpoint_spec")
        .flatMap((endpoint) => blocks(endpoint, "ports"))
        .map(({ target_port }) => target_port);
