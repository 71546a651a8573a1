import type { Keyring, ServiceDefinition } from "./definition.ts";
import { isOn, type Listening } from "./listeners.ts";
import { definitions, type ServiceName } from "./registry.ts";

/** The secrets that clients outside of a deployment hold, each with the one whose value is accepted as well. */
export const formerSecrets = (deployment: Listening): ReadonlyMap<string, string> =>
  told(deployment, (definition, settings) => definition.formerSecrets?.(settings));

/** The secrets under which a service of a deployment has encrypted something, each with how it is given another. */
export const keyrings = (deployment: Listening): ReadonlyMap<string, Keyring> =>
  told(deployment, (definition, settings) => definition.keyrings?.(settings));

/** The secrets that are a private key from elsewhere, each with the setting that names its certificate. */
export const privateKeys = (deployment: Listening): ReadonlyMap<string, string> =>
  told(deployment, (definition, settings) => definition.privateKeys?.(settings));

/** The secrets that are text as somebody else issued it. */
export const issuedSecrets = (deployment: Listening): readonly string[] => [
  ...told(deployment, (definition, settings) =>
    Object.fromEntries((definition.issuedSecrets?.(settings) ?? []).map((name) => [name, true])),
  ).keys(),
];

const told = <T>(
  deployment: Listening,
  ask: (definition: ServiceDefinition, settings: unknown) => Readonly<Record<string, T>> | undefined,
): ReadonlyMap<string, T> =>
  new Map(
    Object.values<ServiceDefinition>(definitions)
      .filter(({ name }) => isOn(deployment, name as ServiceName))
      .flatMap((definition) =>
        Object.entries(ask(definition, deployment[definition.name as ServiceName]) ?? {}),
      ),
  );
