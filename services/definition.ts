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

  /** Whether the edge leads to it. */
  readonly isBehindEdge: boolean;

  /**
   * Whether there is somebody behind its listeners.
   *
   * @param isRouted whether there is somebody behind the edge
   */
  isServed(settings: z.output<Settings>, isRouted: boolean): boolean;
}

type Optional = "listeners" | "isBehindEdge";

/** A definition with its defaults: no listeners, not behind the edge. Keeps the names and the settings as types. */
export const defineService = <
  const Name extends string,
  Settings extends z.ZodType,
  const Listener extends string = never,
>(
  definition: Omit<ServiceDefinition<Name, Settings, Listener>, Optional> &
    Partial<Pick<ServiceDefinition<Name, Settings, Listener>, Optional>>,
): ServiceDefinition<Name, Settings, Listener> => ({
  listeners: {} as Readonly<Record<Listener, ListenerDefinition>>,
  isBehindEdge: false,
  ...definition,
});
