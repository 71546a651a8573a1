import type { UserError } from "../core/errors.ts";
import { configError, type Problem, problemsOf } from "../core/problems.ts";
import { edgeSubnet } from "../core/subnets.ts";
import { hosts, servedNames } from "../services/addresses.ts";
import { programsOf } from "../services/application/programs.ts";
import type { Deployment, ParsedDeployment } from "../services/deployment.ts";
import { completeListeners } from "../services/listeners.ts";
import { openPorts } from "../services/ports.ts";
import { withName } from "../site/topics.ts";
import { crossCheck } from "./cross-checks.ts";
import { firewallIsOn } from "./firewall-checks.ts";
import { deploymentSchema, siteJsonSchema } from "./schema.ts";

/**
 * Checks a deployment and fills in what was left out.
 *
 * @param origin what the error names as the place, for example the file
 * @throws UserError that lists every problem at once
 */
export function parseDeployment(input: unknown, origin: string): Deployment {
  const whole = deploymentSchema.safeParse(input, { reportInput: true });
  const problems: Problem[] = whole.success ? [] : problemsOf(whole.error.issues, keysAt);
  problems.push(...crossCheck(soundParts(input)));
  if (!whole.success || problems.length > 0) throw configError(origin, problems) satisfies UserError;
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

/** The part of a JSON Schema that leads to property names. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
}

/** Keys that are allowed at a path, read from the JSON Schema: one list, no second copy to keep. */
function keysAt(path: string): readonly string[] {
  let node: SchemaNode = siteJsonSchema();
  for (const step of path === "" ? [] : path.split(".")) {
    const next = node.properties?.[step] ?? node.items ?? node.additionalProperties;
    if (typeof next !== "object") return [];
    node = next;
  }
  return (node.anyOf ?? [node]).flatMap((variant) => Object.keys(variant.properties ?? {}));
}

function complete(parsed: ParsedDeployment): Deployment {
  const whole = {
    ...parsed,
    hosts: hosts(parsed),
    names: servedNames(parsed),
    listeners: completeListeners(parsed),
    networks: completeNetworks(parsed),
    firewall: { ...parsed.firewall, enabled: firewallIsOn(parsed) },
    mosquitto: { ...parsed.mosquitto, users: parsed.mosquitto.users.map(underOwnName) },
    programs: programsOf(parsed),
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
