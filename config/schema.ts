import { z } from "zod";
import type { ParsedDeployment } from "../services/deployment.ts";
import { ownServices } from "../services/own/settings.ts";
import {
  type Definitions,
  definitions,
  type ListenerName,
  listeners,
  type ServiceName,
} from "../services/registry.ts";
import { listener } from "../site/listeners.ts";
import { siteShape } from "../site/settings.ts";

const listenerShape = Object.fromEntries(
  listeners.map(({ name, port, serves, openIn }) => [
    name,
    listener(port, `${serves}; default: open in environment ${openIn} only`),
  ]),
) as Record<ListenerName, ReturnType<typeof listener>>;

const serviceShape = Object.fromEntries(
  Object.values(definitions).map(({ name, settings }) => [name, settings]),
) as { [Name in ServiceName]: Definitions[Name]["settings"] };

/** Everything that a site file may say: what belongs to the whole deployment, and what each service adds. */
export const deploymentSchema = z.strictObject({
  ...siteShape,
  listeners: z.strictObject(listenerShape).prefault({}).describe("ports on the host"),
  ...serviceShape,
  services: ownServices,
}) satisfies z.ZodType<ParsedDeployment>;

/** A deployment as people write it: everything but the name may be left out. */
export type DeploymentInput = z.input<typeof deploymentSchema>;

let jsonSchema: Readonly<Record<string, unknown>> | undefined;

/** JSON Schema (2020-12) of a site file, for completion in editors. Made once: each error of a site file looks into it. */
export function siteJsonSchema(): Readonly<Record<string, unknown>> {
  jsonSchema ??= { title: "ExploreIOT deployment", ...z.toJSONSchema(deploymentSchema, { io: "input" }) };
  return jsonSchema;
}
