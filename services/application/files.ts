import type { Construct } from "constructs";
import { type DeliveredFile, FileDelivery } from "../../constructs/file-delivery.ts";
import { FILES } from "../../core/container-folders.ts";
import { publicText, type Referent, splitReferences } from "../../core/references.ts";
import type { SecretText } from "../../core/secret-text.ts";
import { type RoleIdentity, referents, roleReferents } from "../references.ts";
import type { ServiceScope } from "../service-scope.ts";
import { trustedBy } from "../trusted.ts";
import type { Program } from "./program.ts";
import { type FileSource, WRAPPER } from "./settings.ts";
import { readTextFile } from "./text-file.ts";

/** The things that an application is given: files with its secrets, variables that name them, and plain variables. */
export interface DeliveredSettings {
  readonly environment: (role: RoleIdentity) => Readonly<Record<string, string>>;

  /** Absent when it has no secrets. */
  readonly files?: FileDelivery;

  /** In front of the command: exports secrets as variables. Empty where the application reads files. */
  readonly wrapper: readonly string[];
}

/** For images that know no NAME_FILE: reads each file into its variable and becomes the original program. */
const WRAPPER_SCRIPT = `#!/bin/sh
set -eu
for name in $SECRET_VARIABLES; do
  value=$(cat "${FILES}/$name")
  export "$name=$value"
done
unset SECRET_VARIABLES value
exec "$@"
`;

/** Settles the environment, the files and the secrets of one program. Its files are its own: nobody else mounts them. */
export function deliveredSettings(
  scope: Construct,
  id: string,
  program: Program,
  context: ServiceScope,
): DeliveredSettings {
  const known = referents(context.deployment, program);
  const plain = (identity: RoleIdentity) => {
    const all = new Map([...known, ...roleReferents(identity)]);
    const filled = Object.entries(program.environment).map(([key, value]) => [
      key,
      splitReferences(value, all).map(publicText).join(""),
    ]);
    return Object.fromEntries(filled) as Record<string, string>;
  };
  const secrets = Object.entries(program.secrets);
  const trusted = trustedBy(program, context);
  const ownFiles = Object.entries(program.files);
  if (secrets.length === 0 && ownFiles.length === 0 && trusted.length === 0)
    return { environment: plain, wrapper: [] };
  const asFiles = secrets.filter(([, secret]) => secret.as === "file").map(([name]) => name);
  const asVariables = secrets.filter(([, secret]) => secret.as === "variable").map(([name]) => name);
  const wrapped = asVariables.length > 0;
  const files = new FileDelivery(scope, id, {
    service: program.name,
    user: program.of.user,
    context,
    files: [
      ...ownFiles.map(([name, source]) => ownFile(program, name, source, known, context)),
      ...secrets.map(([name, { value }]) =>
        secretFile(`${program.name}/${name}`, name, value, known, context),
      ),
      ...(wrapped ? [{ name: WRAPPER, content: WRAPPER_SCRIPT }] : []),
      ...trusted.map(({ file }) => file),
    ],
  });
  return {
    files,
    wrapper: wrapped ? ["/bin/sh", `${FILES}/${WRAPPER}`] : [],
    environment: (identity) => ({
      ...plain(identity),
      ...Object.fromEntries(asFiles.map((name) => [`${name}_FILE`, `${FILES}/${name}`])),
      ...(wrapped ? { SECRET_VARIABLES: asVariables.join(" ") } : {}),
      ...Object.assign({}, ...trusted.map(({ trust }) => trust.environment(`${FILES}/${trust.file}`))),
    }),
  };
}

/** A file of the user's own: public text, or a secret one as soon as a secret is in it. */
function ownFile(
  { name: program, at }: Program,
  name: string,
  source: FileSource,
  known: ReadonlyMap<string, Referent>,
  context: ServiceScope,
): DeliveredFile {
  if ("from" in source) return { name, content: readTextFile(source.from, `${at}.files.${name}.from`) };
  const madeOf = partsOf(source.text, known);
  const isPublic = madeOf.every((part) => typeof part === "string");
  return isPublic
    ? { name, content: madeOf.join("") }
    : { name, ...context.secrets.fileOf(`${program}/${name}`, madeOf) };
}

function secretFile(
  place: string,
  name: string,
  template: string,
  known: ReadonlyMap<string, Referent>,
  { secrets }: ServiceScope,
): DeliveredFile {
  const madeOf = partsOf(template, known);
  const [only] = madeOf;
  // A secret that stands alone needs no second copy on disk.
  const alone =
    madeOf.length === 1 && typeof only === "object" && only.as === "value" ? only.secret : undefined;
  return {
    name,
    ...(alone === undefined ? secrets.fileOf(place, madeOf) : secrets.file(alone)),
  };
}

/** A template with its references filled in, but for those that stand for a secret. */
function partsOf(template: string, known: ReadonlyMap<string, Referent>): SecretText {
  return splitReferences(template, known)
    .map((part) =>
      typeof part === "object" && "secret" in part
        ? ({ secret: part.secret, as: part.as ?? "value" } as const)
        : publicText(part),
    )
    .filter((part) => part !== "");
}
