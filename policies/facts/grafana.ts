import type { Resource, StackDocument } from "../document.ts";
import { byFile, byVariable, type Stated, settingsIn } from "./program-settings.ts";

const FILE = { kind: "grafana.ini", path: "/etc/grafana/grafana.ini" };

/** A setting of Grafana as its variable has it, or else its file: `auth.anonymous`, `enabled`. */
export function grafanaSetting(
  section: string,
  name: string,
  resource: Resource,
  stack: StackDocument,
): Stated | undefined {
  const variable = `GF_${section}_${name}`.replaceAll(/[.-]/g, "_").toUpperCase();
  return (
    byVariable(resource, variable, `${variable}__FILE`) ??
    byFile(settingsIn(FILE, resource, stack), `${section}.${name}`, FILE)
  );
}
