import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, replaceFile } from "../../core/private-files.ts";
import type { Rotation } from "../../core/rotation.ts";
import { readAuthority } from "../../pki/internal.ts";
import { pairId } from "../../pki/pair.ts";
import { postgresAuthorityFolder, postgresFolder } from "./pki.ts";

/** Only containers trust it, and all of them are given the new one in one deployment: `preparePostgres` makes what is gone. */
export function postgresAuthority(home: string): Rotation {
  const former = join(home, "next", "postgres-ca");
  const folder = postgresAuthorityFolder(home);
  const current = () => {
    const authority = readAuthority(folder);
    return authority === undefined ? "" : pairId(authority);
  };
  return {
    name: "postgres-ca",
    what: "CA and certificate of PostgreSQL",
    inTwoSteps: false,
    stage: async () => replaceFile(former, current()),
    async apply() {
      if (readIfThere(former) === current()) {
        const gone = `${folder}-former.tmp`;
        rmSync(gone, { recursive: true, force: true });
        renameSync(folder, gone);
        rmSync(gone, { recursive: true, force: true });
        rmSync(postgresFolder(home), { recursive: true, force: true });
      }
      rmSync(former, { force: true });
    },
  };
}
