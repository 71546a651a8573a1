import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kitRoot } from "../core/home.ts";

const text = (name: string): string => readFileSync(join(kitRoot, "render/server", name), "utf8");

/** start.sh of a rendered folder: one file, with the functions that every target needs in place of the line that names them. */
export const startScript = (target: "compose" | "swarm"): string =>
  text(`start-${target}.sh`).replace("\n. prepare.sh\n", () => `\n${text("prepare.sh")}`);
