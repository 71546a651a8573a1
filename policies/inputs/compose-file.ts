import { delimiter, dirname, join } from "node:path";
import { envFile, type Variables } from "./compose/dotenv.ts";
import { textOf } from "./source.ts";

/** The files that `COMPOSE_FILE` names, as Compose splits it; none where it is not set. */
export function composeFiles(variables: Variables): readonly string[] {
  const value = variables.get("COMPOSE_FILE") ?? "";
  return value === "" ? [] : value.split(variables.get("COMPOSE_PATH_SEPARATOR") || delimiter);
}

/** The files that a `.env` makes the project of its folder, if it does. */
export function projectOf(dotEnv: string): readonly string[] {
  if (!/^\s*(export\s+)?COMPOSE_FILE\s*[=:]/m.test(textOf(dotEnv))) return [];
  const files = composeFiles(envFile(dotEnv, (name) => process.env[name]));
  return files.map((path) => join(dirname(dotEnv), path));
}
