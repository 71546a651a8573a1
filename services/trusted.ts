import type { DeliveredFile } from "../constructs/delivery-job.ts";
import type { Program } from "./application/program.ts";
import type { ServiceDefinition, Trust } from "./definition.ts";
import { isOn } from "./listeners.ts";
import { outsideOf } from "./outside.ts";
import { readAuthority } from "./outside-authority.ts";
import { authorityFile } from "./postgres/tls.ts";
import { definitions } from "./registry.ts";
import type { ServiceScope } from "./service-scope.ts";
import { loginAt, type Store, stores } from "./store-logins.ts";

/** The things by which a program checks a store: the CA, and the variables that say so. */
export interface Trusted {
  readonly trust: Trust;
  readonly file: DeliveredFile;
}

/** The CAs of the stores that a program logs in at, as far as they speak TLS. */
export const trustedBy = (program: Program, context: ServiceScope): readonly Trusted[] =>
  stores.flatMap((store) => {
    const { trust } = definitions[store] as ServiceDefinition;
    if (trust === undefined || !isOn(context.deployment, store)) return [];
    if (loginAt(context.deployment, store, program) === undefined) return [];
    const file = authorityOf(store, trust.file, context);
    return file === undefined ? [] : [{ trust, file }];
  });

function authorityOf(store: Store, name: string, context: ServiceScope): DeliveredFile | undefined {
  const { deployment } = context;
  const server = outsideOf(deployment, store);
  if (server !== undefined)
    return server.tls && { name, content: readAuthority(server.tls.ca, `${store}.outside.tls.ca`) };
  return store === "postgres" && deployment.postgres.tls ? authorityFile(context, name) : undefined;
}
