/**
 * A deployment on a swarm as Terraform is told of it: one document, and what stands for its variables. Made by
 * `render/swarm/terraform.ts`.
 */
export interface TerraformSwarm {
  /** main.tf.json, without a secret and without anything of this machine. */
  readonly document: object;

  /** The name in `docker stack ls`. */
  readonly project: string;

  /** Secrets that the swarm needs, and the files on this machine that hold them. */
  readonly secrets: readonly { readonly key: string; readonly name: string; readonly path: string }[];

  /** Configs that are made in another way, since they are no text. */
  readonly configs: readonly { readonly key: string; readonly name: string }[];

  /** References of the images that services run, as the swarm knows them. */
  readonly images: readonly string[];

  /** Keyed hashes, by the variable that stands for each. */
  readonly versions: Readonly<Record<string, string>>;

  /** Words with which images start their programs. */
  readonly words: Readonly<Record<string, readonly string[]>>;

  /** By stage. */
  readonly services: readonly ServiceAsked[];

  /** How long a service may take until it is healthy, and a job until it is done. */
  readonly waitSeconds: number;
}

/** A service, as far as somebody has to wait for it. */
export interface ServiceAsked {
  readonly role: string;

  /** Of the swarm. */
  readonly name: string;

  /** `docker_service.api`. */
  readonly address: string;
  readonly stage: number;

  /** Runs once, and is done. */
  readonly job: boolean;

  readonly version: string;

  /** Of the service, not of its tasks. */
  readonly labels: Readonly<Record<string, string>>;
}
