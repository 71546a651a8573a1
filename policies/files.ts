import { readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Resource } from "./document.ts";
import { rememberedText } from "./facts/remembered.ts";
import { type Block, blocks } from "./values.ts";

/** A file that lies next to a stack: where, and what it says. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** The one kind of file that is known by its folder. */
const WORKFLOW = /(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/;

/** The kind of a file, by its name. The first that fits. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^mosquitto\.conf$/, "mosquitto.conf"],
  [/^(acl|aclfile|acl\.conf|mosquitto\.acl)$/, "mosquitto.acl"],
  [/^(passwords|passwd|password_file|pwfile)$/, "mosquitto.passwords"],
  [/^postgresql\.conf$/, "postgresql.conf"],
  [/^pg_hba\.conf$/, "pg_hba.conf"],
  [/\.sql$/, "sql"],
  [/^redis\.conf$/, "redis.conf"],
  [/^(users\.acl|redis\.acl)$/, "redis.acl"],
  [/^haproxy\.cfg$/, "haproxy.cfg"],
  [/(\.nft|^nftables\.conf)$/, "nftables"],
  [/^daemon\.json$/, "daemon.json"],
  [/^Dockerfile(\..+)?$|\.Dockerfile$/, "Dockerfile"],
  [/\.(crt|cer)$|^(cert|fullchain|chain)\.pem$/, "certificate"],
  [/^\.gitignore$/, "gitignore"],
];

/** Files whose names say too little: those that a container is given at the path where its program looks for them. */
const KINDS_BY_PATH: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/grafana\/grafana\.ini$/, "grafana.ini"],
  [/^(\/etc\/traefik)?\/traefik\.(ya?ml|toml)$/, "traefik"],
  [/^\/data\/settings\.js$/, "settings.js"],
  [/^\/etc\/rabbitmq\/(rabbitmq|conf\.d\/[^/]+)\.conf$/, "rabbitmq.conf"],
  [/^\/etc\/(mongo\/)?mongod\.conf$/, "mongod.conf"],
  [/^\/etc\/influxdb\/influxdb\.conf$/, "influxdb.conf"],
  [/^\/usr\/share\/(elastic|open)search\/config\/(elastic|open)search\.yml$/, "search.yml"],
];

/** `mosquitto.conf` for a file of that kind; undefined for one that no rule reads. */
export const fileKind = rememberedText((path): string | undefined => {
  if (WORKFLOW.test(path)) return "workflow";
  const name = basename(path);
  const known =
    KINDS.find(([pattern]) => pattern.test(name)) ?? KINDS_BY_PATH.find(([pattern]) => pattern.test(path));
  return known?.[1];
});

/** The files that are judged together with a stack. */
export interface Surroundings {
  /** Files that lie next to it. @default - none */
  readonly looseFiles?: readonly FileText[];

  /** The text of a file that a container is given by path; undefined if it is not here. @default - none is here */
  readonly read?: (source: string) => string | undefined;

  /** Whether such a file is made later, where the stack is started. @default - none is */
  readonly awaits?: (source: string) => boolean;
}

const MAX_BYTES = 1_048_576;

/** Reads the files that a stack in this folder names. A file that is not there, or no plain file, is unknown. */
export const filesBelow = (folder: string) => ({
  read: (source: string) => textAt(resolve(folder, source)),
  awaits: (source: string) => isMadeByStart(resolve(folder, source)),
});

export function textAt(path: string): string | undefined {
  try {
    const status = statSync(path);
    return status.isFile() && status.size <= MAX_BYTES ? readFileSync(path, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

function isMadeByStart(path: string): boolean {
  const { root, name } = /^(?<root>.*)\/secrets\/(?<name>.+)$/.exec(path)?.groups ?? {};
  if (root === undefined || name === undefined || textAt(path) !== undefined) return false;
  return startMakes(root, name);
}

/**
 * Whether start.sh makes a secret, or a variable in `.env`, of that name: a rendered folder is checked before it is copied to
 * its server, where start.sh makes what deployment.sh names.
 */
export const startMakes = (folder: string, name: string): boolean =>
  textAt(`${folder}/start.sh`) !== undefined &&
  (textAt(`${folder}/deployment.sh`) ?? "").split(/\s+/).includes(name);

/**
 * The files of a stack as resources of type `file/<kind>`: those that containers are given (`upload`), and those
 * that lie next to it. The block says `text`, undefined where it is not known here; `file`, the path; and
 * `container`, the address of the container that is given it.
 */
export function fileResources(
  resources: readonly Resource[],
  { looseFiles = [], ...surroundings }: Surroundings,
): Resource[] {
  return [
    ...resources
      .filter(({ type }) => type === "docker_container")
      .flatMap((container) => uploads(container, surroundings)),
    ...looseFiles.flatMap(standalone),
  ];
}

/** The text of a file as it would stand in Terraform's JSON, where `${` and `%{` begin an expression. */
export const asLiteral = (text: string | undefined) =>
  // A function, since `$$` stands for one `$` in a replacement.
  text?.replaceAll("${", () => "$${").replaceAll("%{", "%%{");

function uploads(container: Resource, surroundings: Surroundings): Resource[] {
  const { type, id, path, block } = container;
  return uploadBlocks(block).flatMap(({ file, content, source }) => {
    const name = String(file);
    const kind = fileKind(name);
    if (kind === undefined) return [];
    const given = typeof source === "string" ? givenFile(source, surroundings) : {};
    return [
      {
        type: `file/${kind}`,
        id: `${type}.${id}/${name}`,
        path: `${path}:${basename(name)}`,
        block: { file, text: content ?? undefined, ...given, container: `${type}.${id}` },
      },
    ];
  });
}

/** The knowledge of a file by its path: its text, or that it is made later. */
export function givenFile(source: string, { read, awaits }: Surroundings): Block {
  const text = asLiteral(read?.(source));
  return text === undefined && awaits?.(source) ? { awaited: true } : { text };
}

/** None where the block cannot be read: a rule that reads it says so. */
function uploadBlocks(block: Block): readonly Block[] {
  try {
    return blocks(block, "upload");
  } catch {
    return [];
  }
}

function standalone({ path, text }: FileText): Resource[] {
  const kind = fileKind(path);
  return kind === undefined ? [] : [{ type: `file/${kind}`, id: path, path, block: { file: path, text } }];
}
