import type { z } from "zod";
import type { Environment } from "../site/settings.ts";

/** A port on the host that leads to a service. */
export interface ListenerDefinition {
  /** On the host, unless a deployment says otherwise. */
  readonly port: number;

  /** What it serves, for people. */
  readonly serves: string;

  /** Where it is open unless a deployment says otherwise: clear text on a developer's machine only, TLS on a server only. */
  readonly openIn: Environment;

  readonly tls: boolean;
}

/**
 * The facts about a service that more than the service itself has to know. Everything that lists services or their
 * listeners is made from these: nothing else names them.
 */
export interface ServiceDefinition<
  Name extends string = string,
  Settings extends z.ZodType = z.ZodType,
  Listener extends string = string,
> {
  /** Its key in a site file, and the role of its container. */
  readonly name: Name;

  readonly settings: Settings;

  readonly listeners: Readonly<Record<Listener, ListenerDefinition>>;
}

/** Checks a definition, and keeps its name, settings and listeners as types. */
export const defineService = <
  const Name extends string,
  Settings extends z.ZodType,
  const Listener extends string = never,
>({
  listeners = {} as Readonly<Record<Listener, ListenerDefinition>>,
  ...definition
}: Omit<ServiceDefinition<Name, Settings, Listener>, "listeners"> &
  Partial<Pick<ServiceDefinition<Name, Settings, Listener>, "listeners">>): ServiceDefinition<
  Name,
  Settings,
  Listener
> => ({ ...definition, listeners });
