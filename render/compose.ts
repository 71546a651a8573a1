import { LABEL } from "../config/labels.ts";
import { composeFile } from "../engines/compose/render.ts";
import { type Model, withVariables } from "./model.ts";

/** compose.yaml of a rendered folder; start.sh hands over the files that lie next to it. */
export function serverCompose({ stack, labels }: Model): string {
  const containers = stack.containers.map((container) => ({
    ...container,
    labels: { ...container.labels, [LABEL.configHash]: labels.get(container.name) as string },
  }));
  return withVariables(
    composeFile({ ...stack, containers }),
    (variable) => `\${${variable}:?run ./start.sh}`,
  );
}
