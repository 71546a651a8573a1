import type { Resource, StackDocument } from "../document.ts";
import { firstValue } from "./environment.ts";
import { isOfTheKit } from "./kit.ts";
import { neighbour } from "./networks.ts";
import { remembered } from "./remembered.ts";
import { kindOf, RUNS } from "./services.ts";

const HOSTS = ["DATABASE_HOST", "DB_HOST", "DATABASE_HOSTNAME", "DB_HOSTNAME"];
const PORTS = ["DATABASE_PORT", "DB_PORT"];
const TYPES = [
  ...["CONNECTION", "TYPE", "ENGINE", "DRIVER", "CLIENT", "DIALECT", "VENDOR", "ADAPTER"].flatMap((last) => [
    `DB_${last}`,
    `DATABASE_${last}`,
  ]),
];

/**
 * Whether the variables that many call `DB_…` and `DATABASE_…` are about PostgreSQL: the server that they name in this
 * stack says it, else the type or the port next to them. Where nothing does, only the kit's own application is known.
 */
export function usesPostgres(resource: Resource, stack: StackDocument): boolean {
  const host = firstValue(resource, HOSTS)?.replace(/:\d+$/, "");
  const server = host === undefined ? undefined : neighbour(resource, host, stack);
  const kind = server && kindOf(server, stack);
  if (kind !== undefined) return kind === "postgres";
  const type = firstValue(resource, TYPES);
  if (type !== undefined) return /postgres|pgsql|^pg$/i.test(type);
  const port = firstValue(resource, PORTS) ?? /:(\d+)$/.exec(firstValue(resource, HOSTS) ?? "")?.[1];
  if (port !== undefined) return port === "5432";
  return isOfTheKit(stack) || (host === undefined && onlyPostgres(stack));
}

/** A client that is told no host is told one in a file; where the stack has one kind of database, it is that. */
const onlyPostgres = remembered((stack: StackDocument): boolean => {
  const kinds = new Set(stack.of(RUNS).map((container) => kindOf(container, stack)));
  return kinds.has("postgres") && !kinds.has("mysql");
});
