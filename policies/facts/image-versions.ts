import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { show } from "../values.ts";
import { imageOf } from "./services.ts";

/** The version that the name of an image states. */
export type ImageVersion =
  | { readonly major: number; readonly minor: number }
  | {
      readonly unknown: Evidence;

      /** The name says none, and so means the newest. */
      readonly isNewest: boolean;
    };

/** `15`, `v2.0.18`, `2-openssl`; `pg16` where an extension's own version comes first. */
const VERSION = /^v?(\d{1,4})(?:\.(\d+))?(?:[.-]|$)/;
const EXTENSION = /(?:^|-)pg(\d+)(?:[.-]|$)/;

/** The version in a tag. A tag that is a hash, as the kit's own are, is looked up in the image's recipe. */
export function versionIn(image: string): ImageVersion {
  const tag = /:([^/:@]+)(?:@.*)?$/.exec(image)?.[1] ?? "";
  const [, major, minor = "0"] = EXTENSION.exec(tag) ?? VERSION.exec(tag) ?? [];
  if (major !== undefined) return { major: Number(major), minor: Number(minor) };
  const byContent = /^[0-9a-f]{12,}$/.test(tag) || (tag === "" && image.includes("@sha256:"));
  return byContent
    ? {
        unknown: {
          notEnforceable: `${show(image)} is named by content: its recipe says which version it holds`,
        },
        isNewest: false,
      }
    : { unknown: `${show(image)} names no version`, isNewest: true };
}

export function imageVersion(container: Resource, stack: StackDocument): ImageVersion {
  const image = imageOf(container, stack);
  return image === undefined
    ? { unknown: unknown("its image is known only at apply"), isNewest: false }
    : versionIn(image);
}
