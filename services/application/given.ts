import type { z } from "zod";
import type { Limits } from "../../site/fields.ts";
import type { backend } from "../backend/definition.ts";
import type { InnerNetwork, Migration, Role } from "./settings.ts";

type Application = z.output<(typeof backend)["settings"]>;

/** What a role may do at the stores that it logs in to. */
export interface Rights {
  /**
   * `owner`: owns the tables. `rows`: reads and changes the rows of every table. `granted`: what the migration grants.
   */
  readonly database: "owner" | "rows" | "granted";

  /** Keys, channels and commands, as an ACL file of Redis says them. */
  readonly redis: string;
}

/** What one program of the backend is given: its own laid over what all of them share. */
export interface Given {
  readonly environment: Application["environment"];
  readonly secrets: Application["secrets"];
  readonly limits: Limits;

  /** The setting that `limits.memoryMiB` comes from: `backend.limits` or the program's own. */
  readonly limitsAt: string;

  readonly networks: readonly InnerNetwork[];
  readonly rights: Rights;
}

export type GivenRole = Omit<Role, keyof Given> & Given;
export type GivenMigration = Omit<Migration, keyof Given> & Given;

/** The backend as the constructs read it: nothing is shared any more, each program has what it needs. */
export interface Backend
  extends Omit<Application, "roles" | "migrate" | "environment" | "secrets" | "limits"> {
  readonly roles: readonly GivenRole[];
  readonly migrate?: GivenMigration;
}
