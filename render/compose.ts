import { LABEL, roleOf } from "../config/labels.ts";
import { composeFile } from "../engines/compose/render.ts";
import { type Model, withVariables } from "./model.ts";
import { configPath } from "./paths.ts";

/** compose.yaml of a rendered folder: the files that it delivers are those that lie beside it. */
export function serverCompose({ stack, deliveries, labels }: Model): string {
  const secrets = new Map(
    deliveries.flatMap(({ secret }) => secret.map(({ source, path }) => [source, path])),
  );
  const containers = stack.containers.map((container) => ({
    ...container,
    labels: withoutCheckout(container.labels, labels.get(container.name) as string),
    uploads: container.uploads.map((upload) =>
      "source" in upload ? { ...upload, source: `./${secrets.get(upload.source)}` } : upload,
    ),
  }));
  const text = composeFile(
    { ...stack, containers },
    (container, upload) => `./${configPath(roleOf(container), upload)}`,
  );
  return withVariables(text, (variable) => `\${${variable}:?run ./start.sh}`);
}

/** A folder is rendered alike on every machine, and what it starts is no checkout's. */
function withoutCheckout(
  { [LABEL.checkout]: _, ...labels }: Readonly<Record<string, string>>,
  configHash: string,
): Readonly<Record<string, string>> {
  return { ...labels, [LABEL.configHash]: configHash };
}
