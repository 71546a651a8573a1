import { inspect } from "../../engines/docker/observe.ts";
import type { Report } from "../../engines/engine.ts";
import { run } from "../../engines/run.ts";
import type { Stack } from "../../engines/stack.ts";
import { aptInstall, isDebianRoot } from "./debian.ts";

/** mmdebstrap makes the base image; it is only needed where that image is neither there nor can be pulled. */
export async function installMmdebstrap({ recipes }: Stack, report: Report): Promise<void> {
  const base = recipes.find(({ rootfs, pull }) => rootfs !== undefined && pull === undefined);
  if (base === undefined || !isDebianRoot()) return;
  if ((await inspect([base.tag])).length > 0) return;
  const { code } = await run(["sh", "-c", "command -v mmdebstrap"], { expected: [0, 127] });
  if (code !== 0)
    await aptInstall(["mmdebstrap"], "The base image has to be made from Debian packages", report);
}
