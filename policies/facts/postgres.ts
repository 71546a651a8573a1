import type { Resource, StackDocument } from "../document.ts";
import { parsePostgresqlConf } from "../files/postgresql-conf.ts";
import { type Setting, Settings } from "../files/settings.ts";
import { fileAt, isFile } from "./deliveries.ts";
import { commandOf } from "./environment.ts";
import { parseOnce, TextIsUnknown } from "./parsed-files.ts";
import { remembered } from "./remembered.ts";
import { RUNS } from "./services.ts";

/** Resources that rules about PostgreSQL look at: those that run it, and a postgresql.conf that nothing is seen to run. */
export const POSTGRES = [...RUNS, "file/postgresql.conf"];

/** The settings that a PostgreSQL is started with: the file that `config_file` names, then the arguments, which win. */
export const postgresSettings = remembered(
  (resource: Resource, stack: StackDocument): Settings => new Settings(read(resource, stack)),
);

function read(resource: Resource, stack: StackDocument): readonly Setting[] {
  if (isFile(resource)) return parseOnce(resource, parsePostgresqlConf);
  const words = commandOf(resource);
  const given = words.flatMap((word, index) => option(word, words[index + 1] ?? ""));
  const path = given.findLast(({ name }) => name === "config_file")?.value;
  if (path === undefined) return given;
  const file = fileAt(path, resource, "postgresql.conf", stack);
  if (file === undefined) throw new TextIsUnknown(`${path}: its text is not known here`);
  return [...parseOnce(file, parsePostgresqlConf), ...given];
}

/** `-c name=value`, `-cname=value` or `--name=value`. */
function option(word: string, next: string): readonly Setting[] {
  const text = word === "-c" ? next : /^(?:-c|--)(.+)$/s.exec(word)?.[1];
  const [, name, value] = /^([\w.-]+)=(.*)$/s.exec(text ?? "") ?? [];
  if (name === undefined || value === undefined) return [];
  return [{ name: name.replaceAll("-", "_").toLowerCase(), value, place: "the command" }];
}
