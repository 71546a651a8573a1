import type { Keyring, ServiceDefinition } from "./definition.ts";
import type { Deployment } from "./deployment.ts";
import { isOn } from "./listeners.ts";
import { definitions, type ServiceName } from "./registry.ts";

/** The secrets that clients outside of a deployment hold, each with the one whose value is accepted as well. */
export const formerSecrets = (deployment: Deployment): ReadonlyMap<string, string> =>
  told(deployment, (definition, settings) => definition.formerSecrets?.(settings));

/** The secrets under which a service of a deployment has encrypted something, each with how it is given another. */
export const keyrings = (deployment: Deployment): ReadonlyMap<string, Keyring> =>
  told(deployment, (definition, settings) => definition.keyrings?.(settings));

const told = <T>(
  deployment: Deployment,
  ask: (definition: ServiceDefinition, settings: unknown) => Readonly<Record<string, T>> | undefined,
): ReadonlyMap<string, T> =>
  new Map(
    Object.values<ServiceDefinition>(definitions)
      .filter(({ name }) => isOn(deployment, name as ServiceName))
      .flatMap((definition) =>
        Object.entries(ask(definition, deployment[definition.name as ServiceName]) ?? {}),
      ),
  );
