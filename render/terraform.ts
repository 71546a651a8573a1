import { LABEL } from "../core/labels.ts";
import { type Delivery, type Model, withVariables } from "./model.ts";

/** The part of the synthesized JSON that is not for a server as it stands. */
interface Document {
  readonly terraform: {
    readonly backend: Readonly<Record<string, unknown>>;
    readonly required_providers: object;
  };
  readonly removed?: readonly { readonly from: string }[];
  readonly "//"?: { readonly metadata?: object };
  readonly resource: {
    readonly docker_container: Readonly<Record<string, ContainerBlock>>;
    readonly terraform_data?: Readonly<Record<string, { readonly provisioner?: unknown }>>;
  };
}

interface ContainerBlock {
  readonly name: string;
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly upload?: readonly { readonly source?: string }[];
}

/**
 * The synthesized JSON for a server, in `terraform/`: secrets are those that start.sh makes, hashes are computed there
 * from its own key, the images are there already, and local state goes next to it.
 *
 * @param text the synthesized `cdk.tf.json`
 */
export function serverTerraform(text: string, model: Model): string {
  // An earlier declaration is true of this machine alone; cdktf's notes about the synthesis tell of it too. One of an
  // earlier version of the kit is true of each.
  const { terraform, resource, removed = [], "//": notes, ...rest } = JSON.parse(text) as Document;
  const former = model.stack.containers.flatMap(
    ({ versioned }) => versioned?.former.map(({ address }) => address) ?? [],
  );
  const kept = removed.filter(({ from }) => former.includes(from));
  const { terraform_data = {}, docker_container } = resource;
  const local = "local" in terraform.backend;
  const document = {
    "//": { ...notes, metadata: { ...notes?.metadata, overrides: undefined } },
    ...rest,
    ...(kept.length === 0 ? {} : { removed: kept }),
    terraform: {
      ...terraform,
      backend: local ? { local: { path: "terraform.tfstate" } } : terraform.backend,
    },
    resource: {
      ...resource,
      docker_container: mapValues(docker_container, (block) => container(block, model)),
      terraform_data: mapValues(terraform_data, ({ provisioner: _, ...data }) => data),
    },
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function container(block: ContainerBlock, { deliveries, labels }: Model): object {
  const delivery = deliveries.find(({ container }) => container.name === block.name);
  return {
    ...block,
    // A folder is rendered alike on every machine, and what it starts is no checkout's.
    labels: block.labels
      .filter(({ label }) => label !== LABEL.checkout)
      .map((entry) =>
        entry.label === LABEL.configHash
          ? { ...entry, value: hashLabel(labels.get(block.name), deliveries) }
          : entry,
      ),
    ...(delivery === undefined
      ? {}
      : { upload: block.upload?.map((upload) => serverUpload(upload, delivery)) }),
  };
}

function serverUpload(upload: { readonly source?: string }, { secret }: Delivery): object {
  const file = secret.find(({ source }) => source === upload.source);
  if (file === undefined) return upload;
  return { ...upload, source: above(file.path), source_hash: `\${${keyed([file.path])}}` };
}

const hashLabel = (text = "", deliveries: readonly Delivery[]): string =>
  withVariables(text, (variable) => {
    const delivery = deliveries.find((candidate) => candidate.variable === variable);
    return `\${${keyed(delivery?.secret.map(({ path }) => path) ?? [])}}`;
  });

/** What `keyed` of start.sh computes, in Terraform's own words: both then make the same labels (core/config-hash.ts). */
const keyed = (paths: readonly string[]): string =>
  `substr(sha256(join("", [${["secrets/hash-key", ...paths].map((path) => `file(${JSON.stringify(above(path))})`).join(", ")}])), 0, 12)`;

const above = (path: string): string => `../${path}`;

const mapValues = <T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
