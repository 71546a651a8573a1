import type { z } from "zod";
import type { Environment } from "../site/settings.ts";

/** A port on the host that leads to a service. */
export interface ListenerDefinition {
  /** On the host, unless a deployment says otherwise. */
  readonly port: number;

  /** The thing that it serves, for people. */
  readonly serves: string;

  /** Where it is open unless a deployment says otherwise: clear text on a developer's machine only, TLS on a server only. */
  readonly openIn: Environment;

  readonly tls: boolean;
}

/** How what is encrypted under a secret is given another one: programs in a container that reads the secret. */
export interface Keyring {
  /** Of the container. */
  readonly role: string;

  /** Has the value open it as well that it reads from its standard input. It may have been added before. */
  readonly add: readonly string[];

  /** Has only the value open it that the container is given. */
  readonly keep: readonly string[];
}

/** Who somebody is at a store: a user, and the name of the password in the secret store. */
export interface Login {
  readonly user: string;
  readonly secret: string;

  /** Texts that hold for this client alone, laid over those of the service. @default - none */
  readonly references?: Readonly<Record<string, string>>;
}

export interface Trust {
  /** Name of the CA's file, next to the program's other files. */
  readonly file: string;

  /** @param path of that file, in the container */
  environment(path: string): Readonly<Record<string, string>>;

  /** The rule that finds a connection in clear text, by the variable that names the server. */
  readonly clearText: { readonly rule: string; readonly variable: string };
}

/** The rights of a program at each store; it does not log in at one that is left out. */
export interface Rights {
  /**
   * `owner`: owns the tables of the application. `rows`: reads and changes the rows of every table. `granted`: what the
   * migration grants. `read`: reads every table. `own`: has a database of its own, and nothing of the application's. `monitor`: what the
   * server measures of itself, and no table.
   */
  readonly postgres?: "owner" | "rows" | "granted" | "read" | "own" | "monitor";

  /** Keys, channels and commands, as an ACL file of Redis says them. */
  readonly redis?: string;

  readonly mosquitto?: BrokerRights;
}

export interface BrokerRights {
  readonly user: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** A program as the stores know it. */
export interface Client {
  /** Of its container: no other program of the deployment has it. */
  readonly name: string;

  /** The application that it is a part of: `backend`, `frontend`, or a service of the user's own. */
  readonly application: string;

  readonly rights: Rights;
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

  /** Names of its containers, which no role of an application may have. @default - the service's own */
  readonly containers: readonly string[];

  /** Texts that applications may refer to while it is on: `{redis.host}`. @default - none */
  references(settings: z.output<Settings>): Readonly<Record<string, string>>;

  /**
   * As whom a program logs in there: `{redis.user}` and `{redis.password}`; undefined for one that has no rights there.
   *
   * @default - nobody does
   */
  login?(settings: z.output<Settings>, client: Client): Login | undefined;

  /**
   * Secrets that clients outside of the deployment hold, by name, each with the secret whose value is accepted as well:
   * the former one for a while, and at any other time a value that nobody has.
   *
   * @default - containers alone hold its secrets
   */
  formerSecrets?(settings: z.output<Settings>): Readonly<Record<string, string>>;

  /**
   * Secrets under which it has encrypted something that outlives them, by name: without this a new value would lock it out.
   *
   * @default - its secrets open doors, and nothing is encrypted under them
   */
  keyrings?(settings: z.output<Settings>): Readonly<Record<string, Keyring>>;

  /**
   * Secrets that are a private key in PEM, and so have several lines, each with the setting that names its certificate. Somebody
   * else issued that, so none of them can be made here.
   *
   * @default - each of its secrets is one line of text
   */
  privateKeys?(settings: z.output<Settings>): Readonly<Record<string, string>>;

  /**
   * Secrets that somebody else issued, as any text: a user name may be short, and files of SSH and PEM have several lines.
   *
   * @default - each of its secrets is one line of text that nobody can guess
   */
  issuedSecrets?(settings: z.output<Settings>): readonly string[];

  /**
   * How a program that logs in there is told to check the server's certificate against a CA.
   *
   * @default - nobody speaks TLS with it
   */
  readonly trust?: Trust;

  /**
   * The settings that still mean something where it is a server outside of the deployment; all others configure its
   * container. A service that has them has a setting `outside`.
   *
   * @default - it is always a container
   */
  readonly whereOutside?: readonly string[];

  /** Services that have to be up before it, as far as they are on. @default - none */
  readonly needs: readonly string[];

  /** The protocol of its clients, for people. @default HTTP */
  readonly speaks: string;

  /** Whether the edge leads to it. */
  readonly isBehindEdge: boolean;

  /** Whether it reads the volumes of all others, so that it is made behind them. @default false */
  readonly readsVolumes: boolean;

  /**
   * Whether there is somebody behind its listeners.
   *
   * @param isRouted whether there is somebody behind the edge
   */
  isServed(settings: z.output<Settings>, isRouted: boolean): boolean;
}

type Optional =
  | "listeners"
  | "containers"
  | "references"
  | "needs"
  | "speaks"
  | "isBehindEdge"
  | "readsVolumes";

/** A definition with its defaults. Keeps the names and the settings as types. */
export const defineService = <
  const Name extends string,
  Settings extends z.ZodType,
  const Listener extends string = never,
>(
  definition: Omit<ServiceDefinition<Name, Settings, Listener>, Optional> &
    Partial<Pick<ServiceDefinition<Name, Settings, Listener>, Optional>>,
): ServiceDefinition<Name, Settings, Listener> => ({
  listeners: {} as Readonly<Record<Listener, ListenerDefinition>>,
  containers: [definition.name],
  references: () => ({}),
  needs: [],
  speaks: "HTTP",
  isBehindEdge: false,
  readsVolumes: false,
  ...definition,
});
