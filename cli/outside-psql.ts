import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../core/errors.ts";
import { withOwnFolder } from "../core/own-folder.ts";
import { replaceFile } from "../core/private-files.ts";
import type { OutsideServer } from "../core/stack-facts.ts";
import { openFirst } from "../runners/outside.ts";
import { attached, NotInstalledError, run } from "../runners/run.ts";
import type { DatabaseLogin } from "./outside-database.ts";

/** This machine's psql at a server outside. The password is in a file that is gone afterwards, and in no argument. */
export async function psqlOutside(
  servers: readonly OutsideServer[],
  { user, database, password }: DatabaseLogin,
  args: readonly string[],
): Promise<number> {
  await isThere();
  const { port, ca } = await openFirst(servers);
  return withOwnFolder(tmpdir(), "psql", async (folder) => {
    const passwords = join(folder, "passwords");
    const authority = join(folder, "ca.crt");
    replaceFile(passwords, `*:*:*:*:${password.replaceAll(/[\\:]/g, "\\$&")}\n`);
    if (ca !== undefined) replaceFile(authority, ca);
    const where = [
      ...[`host=${servers.map(({ host }) => host).join(",")}`, `port=${port}`],
      ...[`user=${user}`, `dbname=${database}`, "connect_timeout=5"],
      // Of several any may be a standby by now. One alone is looked at as it is.
      ...(servers.length > 1 ? ["target_session_attrs=read-write"] : []),
      `passfile=${quoted(passwords)}`,
      ...(ca === undefined
        ? ["sslmode=disable"]
        : ["sslmode=verify-full", `sslrootcert=${quoted(authority)}`]),
    ].join(" ");
    return attached(["psql", "-X", "-d", where, ...args]);
  });
}

const quoted = (value: string) => `'${value.replaceAll(/[\\']/g, "\\$&")}'`;

async function isThere(): Promise<void> {
  try {
    await run(["psql", "--version"]);
  } catch (error) {
    if (!(error instanceof NotInstalledError)) throw error;
    throw new UserError("psql: is not on this machine", "install it: apt-get install postgresql-client");
  }
}
