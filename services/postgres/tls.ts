import { join } from "node:path";
import type { DeliveredFile } from "../../constructs/delivery-job.ts";
import { deploymentHome } from "../../core/home.ts";
import { readFileSync } from "../../core/inputs.ts";
import type { Origin } from "../../core/secret-text.ts";
import type { ServiceScope } from "../service-scope.ts";
import { postgresAuthorityFolder, postgresFolder } from "./pki.ts";

const AUTHORITY = "pki/postgres-authority";

/** The key and certificate of the server. `preparePki` has to be called before. */
export function serverFiles(context: ServiceScope): readonly DeliveredFile[] {
  const { name } = context.deployment;
  const folder = postgresFolder(deploymentHome(name));
  const origin: Origin = {
    pair: "pki/postgres",
    name: "server",
    subject: `ExploreIOT ${name} postgres`,
    hosts: ["postgres"],
    authority: AUTHORITY,
  };
  return ["server.crt", "server.key"].map((file) => delivered(context, file, join(folder, file), origin));
}

/** The CA that a client checks the server by; given to the application under this name. */
export function authorityFile(context: ServiceScope, name: string): DeliveredFile {
  const folder = postgresAuthorityFolder(deploymentHome(context.deployment.name));
  return delivered(context, name, join(folder, "ca.crt"), { authority: AUTHORITY });
}

function delivered({ secrets }: ServiceScope, name: string, path: string, origin: Origin): DeliveredFile {
  return { name, secretFile: path, hash: secrets.keyedHash(readFileSync(path, "utf8")), origin };
}
