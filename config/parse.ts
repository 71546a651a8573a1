import type { UserError } from "../core/errors.ts";
import { configError, type Problem, problemsOf } from "../core/problems.ts";
import { edgeSubnet } from "../core/subnets.ts";
import { hosts, servedNames } from "../services/addresses.ts";
import { programsOf, reachesOf } from "../services/application/programs.ts";
import { repositoryServer } from "../services/backup/definition.ts";
import type { Deployment, ParsedDeployment } from "../services/deployment.ts";
import { completeListeners } from "../services/listeners.ts";
import { bridgeReach } from "../services/mosquitto/bridge-settings.ts";
import { openPorts } from "../services/ports.ts";
import { withName } from "../site/topics.ts";
import { crossCheck } from "./cross-checks.ts";
import { firewallIsOn } from "./firewall-checks.ts";
import { adviceOnValue } from "./other-shapes.ts";
import { containersAreNotOutside } from "./outside-checks.ts";
import { deploymentSchema } from "./schema.ts";
import { adviceOnKey, keysAt } from "./site-keys.ts";
import { keysAreKept } from "./text-checks.ts";

/**
 * Checks a deployment and fills in what was left out.
 *
 * @param origin what the error names as the place, for example the file
 * @param lineOf the line of a path there. @default - it has no lines
 * @throws UserError that lists every problem at once
 */
export function parseDeployment(
  input: unknown,
  origin: string,
  lineOf?: (path: string) => number,
): Deployment {
  const whole = deploymentSchema.safeParse(input, { reportInput: true });
  const problems: Problem[] = whole.success
    ? []
    : problemsOf(whole.error.issues, {
        keysAt,
        onKey: adviceOnKey,
        onValue: (path) => adviceOnValue(input, path),
      });
  problems.push(...crossCheck(soundParts(input)), ...containersAreNotOutside(input));
  // One in a place where the keys are known has been named as unknown.
  problems.push(...keysAreKept(input).filter(({ path }) => problems.every((other) => other.path !== path)));
  if (!whole.success || problems.length > 0) throw configError(origin, problems, lineOf) satisfies UserError;
  return complete(whole.data);
}

/**
 * The top-level fields that are right by themselves, so that rules between fields can speak up too. A field that
 * was rightly left out is there as well, as undefined or as its default.
 */
function soundParts(input: unknown): Partial<ParsedDeployment> {
  if (typeof input !== "object" || input === null) return {};
  return Object.fromEntries(
    Object.entries(deploymentSchema.shape).flatMap(([key, schema]) => {
      const part = schema.safeParse((input as Record<string, unknown>)[key]);
      return part.success ? [[key, part.data]] : [];
    }),
  );
}

function complete(parsed: ParsedDeployment): Deployment {
  const server = repositoryServer(parsed.backup);
  const reaches = [
    ...(server === undefined ? [] : [{ url: server, networks: ["edge"] as const }]),
    ...reachesOf(parsed),
    ...(parsed.mosquitto.enabled ? bridgeReach(parsed.mosquitto.bridge) : []),
  ];
  const whole = {
    ...parsed,
    hosts: hosts(parsed),
    names: servedNames(parsed),
    listeners: completeListeners(parsed),
    networks: completeNetworks(parsed),
    firewall: { ...parsed.firewall, enabled: firewallIsOn(parsed) },
    mosquitto: { ...parsed.mosquitto, users: parsed.mosquitto.users.map(underOwnName) },
    programs: programsOf(parsed),
    ...(reaches.length === 0 ? {} : { reaches }),
  };
  return { ...whole, ports: openPorts(whole) };
}

/** The topics of a user with its name in them. */
const underOwnName = (user: ParsedDeployment["mosquitto"]["users"][number]) => ({
  ...user,
  publish: user.publish.map((topic) => withName(topic, user.name)),
  subscribe: user.subscribe.map((topic) => withName(topic, user.name)),
});

/** Behind an edge the network has a subnet that is known beforehand; any other the engine picks. */
function completeNetworks(parsed: ParsedDeployment): Deployment["networks"] {
  const { networks, name } = parsed;
  if (!completeListeners(parsed).https.enabled || networks.edge.ipv4 !== undefined) return networks;
  return { ...networks, edge: { ...networks.edge, ipv4: edgeSubnet(name) } };
}
