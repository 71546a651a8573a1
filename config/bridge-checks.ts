import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { privateKeys } from "../services/kinds-of-secrets.ts";
import { isLoopback } from "../services/outside.ts";
import { OF_SITES, topicsOverlap } from "../site/topics.ts";

/** A key that was made here would open nothing: its certificate is of another one. */
export function keysComeFromElsewhere(deployment: ParsedDeployment): readonly Problem[] {
  return [...privateKeys(deployment)].flatMap(([name, at]) =>
    name in deployment.secrets
      ? []
      : [
          {
            path: `secrets.${name}`,
            got: undefined,
            allowed: `where the private key of ${at} comes from`,
            fix: `add it, for example ${name}: { file: site.key }`,
          },
        ],
  );
}

/** Nothing that came by a bridge is handed on by one, so that no message goes in a circle. */
export function bridgeLeadsOneWay({ mosquitto: { enabled, bridge } }: ParsedDeployment): readonly Problem[] {
  if (!enabled || bridge === undefined) return [];
  const { host, topics, receive } = bridge;
  const found: Problem[] = [];
  if (isLoopback(host)) {
    const allowed =
      "a name or an address that the container of the broker reaches; this one is the container itself";
    found.push({ path: "mosquitto.bridge.host", got: host, allowed, fix: "name the central broker" });
  }
  for (const [index, topic] of topics.entries()) {
    if (!topicsOverlap(topic, `${OF_SITES}/#`)) continue;
    const allowed = `a topic apart from ${OF_SITES}/#, which other sites hand on to this broker: handed on once more, a message could go in a circle`;
    const fix = "name the topics of this site alone";
    found.push({ path: `mosquitto.bridge.topics.${index}`, got: topic, allowed, fix });
  }
  for (const [index, topic] of receive.entries()) {
    const back = topics.find((out) => topicsOverlap(out, topic));
    if (back === undefined) continue;
    const allowed = `a topic apart from those of mosquitto.bridge.topics (${back}): what came from the central broker would go back to it`;
    const fix = "receive other topics, or hand fewer on";
    found.push({ path: `mosquitto.bridge.receive.${index}`, got: topic, allowed, fix });
  }
  return found;
}
