import type { Resource } from "../document.ts";
import { type Block, blocks } from "../values.ts";
import { remembered } from "./remembered.ts";
import { containerSpec } from "./services.ts";

/** A label. */
export interface LabelText {
  readonly name: string;
  readonly text: string;
}

/** The labels of a resource; of a service those of its containers as well. */
export const labelTexts = remembered((resource: Resource): readonly LabelText[] => {
  const { type, block } = resource;
  const places: readonly Block[] = type === "docker_service" ? [block, containerSpec(resource)] : [block];
  return places
    .flatMap((place) => blocks(place, "labels"))
    .map(({ label, value }) => ({ name: String(label), text: String(value ?? "") }));
});
