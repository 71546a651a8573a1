import type { ContainerState, ImageState } from "../docker/observe.ts";
import type { ContainerSpec } from "../stack.ts";
import type { ContainerBlock } from "../stack-json.ts";

/**
 * An attribute of the provider's `docker_container`: what the JSON says of it and what the engine has, in one form, so
 * that equal things are equal.
 */
export interface Attribute {
  /** The form of a value of the JSON. @default - as it stands there */
  readonly declared?: (value: never) => unknown;

  readonly found: (state: ContainerState, spec: ContainerSpec) => unknown;

  /**
   * The value of a container where the JSON says nothing: nothing, what its image says, or what the engine's own settings
   * say, which is not compared. @default nothing
   */
  readonly otherwise?: "engine" | ((image: ImageState["Config"], block: ContainerBlock) => unknown);

  /** Whether what the JSON says is added to what the image says, key by key. @default false */
  readonly addsToImage?: true;
}

export type Attributes = Readonly<Record<string, Attribute>>;

/** Whether the JSON says something of an attribute; the provider takes an empty list for nothing. */
export const isStated = (value: unknown): boolean =>
  value !== undefined && !(Array.isArray(value) && value.length === 0);

/** A field of a part of `docker inspect`. */
export const at = (part: unknown, field: string): unknown =>
  (part as Readonly<Record<string, unknown>> | null | undefined)?.[field];

type Read = (value: unknown) => unknown;

const asItIs: Read = (value) => value;

/** A field of `HostConfig`. */
export const host = (field: string, read: Read = asItIs): Attribute => ({
  found: ({ HostConfig }) => read(at(HostConfig, field)),
});

/** A field of `Config`. */
export const config = (field: string): Attribute => ({ found: ({ Config }) => at(Config, field) });

/** A field of `HostConfig` that is a list whose order says nothing. */
export const listed = (field: string): Attribute => ({
  declared: unordered,
  found: ({ HostConfig }) => unordered(at(HostConfig, field)),
});

/** The engine's value where nobody says anything. */
export const upToEngine = (attribute: Attribute): Attribute => ({ ...attribute, otherwise: "engine" });

/** A list whose order says nothing, as one text. */
export const unordered = (values: unknown): string =>
  [...new Set((values ?? []) as readonly string[])].sort().join(", ");

/** Mebibytes of a number of bytes; -1, which lifts a limit, stays. */
export const mebibytes: Read = (bytes) => (Number(bytes) > 0 ? Number(bytes) / 1024 ** 2 : bytes);

/** Nothing for what the engine writes where nothing was asked for. */
export const unless =
  (...defaults: readonly unknown[]): Read =>
  (value) =>
    defaults.includes(value) ? undefined : value;
