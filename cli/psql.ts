import { UserError } from "../core/errors.ts";
import { ofRole } from "../runners/containers.ts";
import { refuseStopped } from "../runners/docker/inside.ts";
import { refuseForeignContainers } from "../runners/guards.ts";
import { attached } from "../runners/run.ts";
import { atContainer } from "../runners/swarm/place.ts";
import { outsideServersOf } from "../services/outside-servers.ts";
import { interactive } from "./exec.ts";
import { configOption, verb } from "./options.ts";
import { ownersLogin } from "./outside-database.ts";
import { psqlOutside } from "./outside-psql.ts";
import { synthesizeAnywhere } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

export const psqlCommand = verb("psql", VERBS.psql, "psql -- -c 'SELECT count(*) FROM readings'")
  .argument("[arguments...]", "for psql, after --; SQL on standard input works too")
  .addOption(configOption())
  .addHelpText(
    "after",
    "\nRESET ROLE gives the rights of a superuser. Of a PostgreSQL outside, this machine's own psql is used.",
  )
  .action(async (args: readonly string[], { config }: { readonly config: string }) => {
    const { deployment, stack, home } = await synthesizeAnywhere(config);
    const servers = outsideServersOf(deployment, "postgres");
    if (servers.length > 0) {
      process.exitCode = await psqlOutside(servers, ownersLogin(deployment, home), args);
      return;
    }
    const postgres = ofRole(stack, "postgres");
    if (postgres === undefined || stack.database === undefined)
      throw new UserError(`${deployment.name}: has no database`, "set postgres.enabled: true");
    await refuseForeignContainers(deployment.name, home);
    const { name, owner } = stack.database;
    process.exitCode = await atContainer(postgres.name, async (id) => {
      await refuseStopped(id);
      return attached([
        ...(["docker", "exec"] as const),
        ...interactive(),
        ...["--env", `PGOPTIONS=-c role=${owner}`, id],
        ...["psql", "-X", "-h", "/run/postgresql", "-U", "postgres", "-d", name, ...args],
      ]);
    });
  });
