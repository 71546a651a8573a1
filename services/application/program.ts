import type { HealthCheck, Limits } from "../../site/fields.ts";
import type { NetworkName } from "../../site/settings.ts";
import type { Client } from "../definition.ts";
import type { ApplicationSettings, FileSource, Secret } from "./settings.ts";

/** Requests of a container that its rules refuse, by the name of the setting. */
export type Allowances = Readonly<
  Record<"root" | "writableRoot" | "clearText" | "tag" | "origin", Allowance | undefined>
>;

export interface Allowance {
  readonly reason: string;
  readonly expires: string;
}

interface Volume {
  readonly name: string;
  readonly path: string;

  /** The program that writes to it. @default - every one */
  readonly writer?: string | undefined;
}

/** Settings that the programs of one image have in common. */
export interface Application extends Pick<ApplicationSettings, "image" | "build" | "user" | "tmpfs"> {
  readonly volumes: readonly Volume[];

  /** `backend`, `frontend`, or the name of a service of the user's own. */
  readonly name: string;

  /** Where a site file says it: `backend`, `services.node-red`. */
  readonly at: string;

  /** Inside the container. @default - nobody connects to it */
  readonly port?: number | undefined;

  /** The path that is asked for where `health` names none. @default - `health` names one */
  readonly healthPath?: string;

  readonly allow?: Partial<Allowances>;
}

/** One program of an application, with everything that it is given: what its containers are made from. */
export interface Program extends Client {
  readonly of: Application;

  /** Where a site file says it: `backend.roles.0`, `backend.migrate`, `services.node-red`. */
  readonly at: string;

  /** Whether it runs once and has to end well, before what waits for it starts. */
  readonly job: boolean;

  readonly replicas: number;
  readonly command?: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly files: Readonly<Record<string, FileSource>>;
  readonly limits: Limits;

  /** The setting that `limits.memoryMiB` comes from. */
  readonly limitsAt: string;

  readonly networks: readonly NetworkName[];

  /** The name at which others reach it. */
  readonly alias: string;

  readonly health?: HealthCheck | undefined;

  /** The listener that leads to it. @default - none */
  readonly listener?: string;

  /** Other services, by name, that have to be up (or done) before it. */
  readonly after: readonly string[];

  /** Names of its constructs: they are parts of addresses in Terraform's state, so another name replaces the container. */
  readonly ids: { readonly container: string; readonly files: string };
}
