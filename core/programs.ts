import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether a program is in PATH; asked without starting anything. */
export const isInstalled = (program: string, { PATH = "" }: NodeJS.ProcessEnv = process.env): boolean =>
  PATH.split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, program)));
