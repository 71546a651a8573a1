import type { Resource, StackDocument } from "../document.ts";
import { firstValue } from "./environment.ts";
import { isOfTheKit } from "./kit.ts";
import { neighbour } from "./networks.ts";
import { kindOf } from "./services.ts";

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
  return port === undefined ? isOfTheKit(stack) : port === "5432";
}
