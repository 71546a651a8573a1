import type { EngineContext } from "../../engines/engine.ts";
import { engineNamed } from "../../engines/pick.ts";
import type { EngineName } from "../../engines/record.ts";
import { installCompose } from "./compose-plugin.ts";
import { engineIsThere, installEngine } from "./docker-engine.ts";
import { installMmdebstrap } from "./mmdebstrap.ts";

/** Installs what `up` needs and this machine lacks: a Docker engine, the tool that makes base images, compose. */
export async function prepareMachine(
  context: EngineContext & { readonly engine: EngineName | "auto" },
): Promise<void> {
  const { engine, report } = context;
  if (!(await engineIsThere())) await installEngine(report);
  await installMmdebstrap(context.stack, report);
  if (
    engine === "terraform" ||
    (engine === "auto" && (await engineNamed("terraform").unavailable(context)) === undefined)
  )
    return;
  if ((await engineNamed("compose").unavailable(context)) !== undefined) await installCompose(report);
}
