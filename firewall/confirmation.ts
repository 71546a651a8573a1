import type { Site } from "../site/site.ts";

/** How long new rules stay unless somebody confirms them; 0 if they stay anyway. Rules for containers lock nobody out. */
export const confirmSeconds = ({ firewall }: Pick<Site, "firewall">): number =>
  firewall.scope === "host" ? firewall.confirmSeconds : 0;
