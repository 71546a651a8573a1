import type { ContainerState, ImageState } from "../docker/observe.ts";
import type { ContainerSpec } from "../stack.ts";
import { labels, networks, pidsLimit, volumes } from "./attachments.ts";
import { type Attributes, isStated } from "./attribute.ts";
import { CONFINEMENT } from "./confinement.ts";
import { PROCESS } from "./process.ts";
import { incomparable } from "./rest.ts";
import { type Change, changesBetween, flat, type Settings } from "./settings.ts";
import { SURROUNDINGS } from "./surroundings.ts";

/** The attributes that a container's `block` can have, by the names of the provider. */
const ATTRIBUTES: Attributes = { ...PROCESS, ...CONFINEMENT, ...SURROUNDINGS };

/** The work of a runner with a container, which is nothing that the container has. */
const OF_THE_RUNNER: readonly string[] = [
  ...["attach", "logs", "start", "wait", "wait_timeout", "destroy_grace_seconds", "remove_volumes"],
  ...["container_read_refresh_timeout_milliseconds", "lifecycle", "provider", "provisioner", "connection"],
  ...["timeouts"],
];

/**
 * How a container differs from what the JSON says of it, setting by setting. All that the JSON says is compared; so is
 * what it leaves out and the engine then has by default or by the image.
 *
 * @param image the one that the JSON names; undefined where the engine has none of that name
 * @throws UserError for an attribute that cannot be compared: left out, it would change unseen
 */
export function containerChanges(
  spec: ContainerSpec,
  state: ContainerState,
  image: ImageState | undefined,
): readonly Change[] {
  refuseUnknown(spec);
  const others = [
    ...[networks(spec, state), volumes(spec, state), pidsLimit(spec, state)],
    labels(spec, state, image?.Config.Labels),
  ];
  const names = comparedOf(spec, image);
  const changes = changesBetween(
    merged([...names.map((name) => declared(name, spec, image)), ...others.map(({ declared }) => declared)]),
    merged([
      ...names.map((name) => flat(name, ATTRIBUTES[name]?.found(state, spec))),
      ...others.map(({ found }) => found),
    ]),
  );
  return image === undefined ? changes.filter((change) => !mayBeOfImage(change)) : changes;
}

/** Whether a value may be the image's, which adds to the declared ones, and is not known without the image. */
const mayBeOfImage = ({ setting, declared }: Change): boolean =>
  declared === undefined && /^(env|labels|healthcheck)\./.test(setting);

const merged = (parts: readonly Settings[]): Settings => Object.assign({}, ...parts);

/** All but those that only the engine, or an image that is not there, could tell. */
function comparedOf({ block }: ContainerSpec, image: ImageState | undefined): readonly string[] {
  const stated = Object.entries(block).filter(([, value]) => isStated(value));
  return Object.entries(ATTRIBUTES)
    .filter(
      ([name, { otherwise }]) =>
        stated.some(([key]) => key === name) ||
        otherwise === undefined ||
        (otherwise !== "engine" && image !== undefined),
    )
    .map(([name]) => name);
}

function declared(name: string, { block }: ContainerSpec, image: ImageState | undefined): Settings {
  const { declared: read = (value: unknown) => value, otherwise, addsToImage } = ATTRIBUTES[name] ?? {};
  const value = (block as Readonly<Record<string, unknown>>)[name];
  const ofImage =
    typeof otherwise === "function" && image !== undefined ? flat(name, otherwise(image.Config, block)) : {};
  if (!isStated(value)) return ofImage;
  const own = flat(name, read(value as never));
  return addsToImage ? { ...ofImage, ...own } : own;
}

function refuseUnknown({ name, block }: ContainerSpec): void {
  const unknown = Object.entries(block)
    .filter(([key, value]) => isStated(value) && !(key in ATTRIBUTES) && !OF_THE_RUNNER.includes(key))
    .map(([key]) => key);
  if (unknown.length > 0) throw incomparable(name, unknown);
}
