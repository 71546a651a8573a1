import type { z } from "zod";
import type { Listener, listener } from "../site/listeners.ts";
import type { SiteSettings } from "../site/settings.ts";
import type { Site } from "../site/site.ts";
import type { Program } from "./application/program.ts";
import type { OwnService } from "./own/settings.ts";
import type { Definitions, ListenerName, ServiceName } from "./registry.ts";

type ServiceSettings = { readonly [Name in ServiceName]: z.output<Definitions[Name]["settings"]> };

interface OwnServices {
  readonly services: Readonly<Record<string, OwnService>>;
}

/** A deployment as a site file says it, with every default filled in. */
export interface ParsedDeployment extends SiteSettings, ServiceSettings, OwnServices {
  readonly listeners: { readonly [Name in ListenerName]?: z.output<ReturnType<typeof listener>> };
}

/** The settings that programs are made from. */
export type Configured = Pick<
  ParsedDeployment,
  "backend" | "frontend" | "services" | "topics" | "alarms" | "retention" | "mosquitto" | "redis" | "postgres"
>;

/** A deployment that is sound and whole: what the services are made from. */
export interface Deployment extends Site, ServiceSettings, OwnServices {
  readonly listeners: Readonly<Record<ListenerName, Listener>>;

  /** Everything that certificates are for, `hosts` among them. */
  readonly names: readonly string[];

  /** The programs of the applications: the backend, the frontend and the user's own services alike. */
  readonly programs: readonly Program[];
}
