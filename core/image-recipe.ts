export type ImageSource = "auto" | "packages" | "registry";

/** The bases of the kit's images; a user's Dockerfile may name these too. */
export const PARENT_IMAGES = ["base", "python", "node", "node-build"] as const;
export type ParentImage = (typeof PARENT_IMAGES)[number];

/** A build argument: text, and tags of images of the kit that are built on, or that a program is taken from. */
export type BuildArgument = readonly (string | { readonly image: ParentImage | "mosquitto" })[];

/** How one image comes to be; stands in the synthesized JSON, so the builder needs nothing else. */
export interface ImageRecipe {
  /** `exploreiot/<name>:<16 hex>`, the hash of everything that decides what is in the image. */
  readonly tag: string;
  /** Folder relative to the project root, with forward slashes. */
  readonly context: string;
  /** Relative to the context. @default - Dockerfile */
  readonly dockerfile?: string;
  readonly target?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Tags that must exist before this one can be built. */
  readonly parents: readonly string[];
  /** Made with mmdebstrap and loaded, instead of built from a Dockerfile. */
  readonly rootfs?: { suite: string; mirror: string; securityMirror: string; epoch: number };
  /** `name@sha256:…` that keeps the same contract, mirror applied; absent when nothing may be or can be pulled. */
  readonly pull?: string;
  /** The official image that has no digest yet, so that it is not pulled. */
  readonly unpinned?: string;
  readonly source: ImageSource;
}
