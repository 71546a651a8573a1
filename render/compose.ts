import { LABEL } from "../core/labels.ts";
import { composeFile } from "../runners/compose/render.ts";
import type { ContainerSpec } from "../runners/stack.ts";
import { judgedFacts } from "./judged.ts";
import { type Model, withServerParts } from "./model.ts";
import { configPath } from "./paths.ts";

/** compose.yaml of a rendered folder; start.sh hands over the files that lie next to it. */
export function serverCompose(model: Model): string {
  const { stack, deliveries, labels } = model;
  const containers = stack.containers.map((container) => ({
    ...container,
    labels: withoutCheckout(container.labels, labels.get(container.name) as string),
  }));
  const filesOf = ({ name }: ContainerSpec) =>
    deliveries
      .filter(({ container }) => container.name === name)
      .flatMap(({ role, public: files, secret }) => [
        ...files.map((upload) => ({ source: `./${configPath(role, upload)}`, target: upload.file })),
        ...secret.map(({ path, file }) => ({ source: `./${path}`, target: file })),
      ]);
  return withServerParts(composeFile({ ...stack, containers }, filesOf, judgedFacts(stack)), model);
}

/** A folder is rendered alike on every machine, and what it starts is no checkout's. */
function withoutCheckout(
  { [LABEL.checkout]: _, ...labels }: Readonly<Record<string, string>>,
  configHash: string,
): Readonly<Record<string, string>> {
  return { ...labels, [LABEL.configHash]: configHash };
}
