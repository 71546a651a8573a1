import type { z } from "zod";
import type { Listener, listener } from "../site/listeners.ts";
import type { SiteSettings } from "../site/settings.ts";
import type { Site } from "../site/site.ts";
import type { Backend } from "./application/given.ts";
import type { Definitions, ListenerName, ServiceName } from "./registry.ts";

type ServiceSettings = { readonly [Name in ServiceName]: z.output<Definitions[Name]["settings"]> };

/** A deployment with every default filled in, before the reference application is. */
export interface ParsedDeployment extends SiteSettings, ServiceSettings {
  readonly listeners: { readonly [Name in ListenerName]?: z.output<ReturnType<typeof listener>> };
}

/** A deployment that is sound and whole: what the services are made from. */
export interface Deployment extends Site, Omit<ServiceSettings, "backend"> {
  readonly listeners: Readonly<Record<ListenerName, Listener>>;
  readonly backend: Backend;
}
