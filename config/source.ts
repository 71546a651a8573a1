import { siteFileOf } from "../core/known-sites.ts";

/** Names of the deployments that ship with the kit. */
export const SHIPPED = ["local", "production"] as const;

export type ShippedName = (typeof SHIPPED)[number];

export const isShipped = (source: string): source is ShippedName =>
  (SHIPPED as readonly string[]).includes(source);

export const SITE = /\.(ya?ml|json)$/;

/** The path of the site file that is meant: named itself, or by the deployment that was made from it. */
export const sourceOf = (source: string): string =>
  isShipped(source) || SITE.test(source) ? source : (siteFileOf(source) ?? source);
