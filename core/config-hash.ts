/** The parts of a container's label `config-hash`, besides the files that it is given. */
interface Hashed {
  readonly healthcheck?: object | undefined;
  readonly init?: boolean | undefined;
  readonly tmpfs?: Readonly<Record<string, string>> | undefined;
}

/**
 * The text behind a container's label `config-hash`, whose change replaces the container: what the provider takes and
 * never applies (rule 4 in docs/architecture.md), and the files that are delivered to it, which it does not see. The
 * list stands here alone; what the files are told by differs, since secrets are not known everywhere:
 *
 * - The synthesis hashes the text with this machine's key, and the files are their keyed hash, secrets included.
 * - `render` knows no server's secrets. Its hash has no key, the files are public texts and how secrets are made, and
 *   the server adds the keyed hash of its own secrets: `keyed` in start.sh, and the same in Terraform's words for
 *   who applies the folder with Terraform (render/terraform.ts).
 */
export const hashedText = ({ healthcheck, init, tmpfs }: Hashed, files: unknown): string =>
  JSON.stringify([healthcheck === undefined ? {} : { healthcheck }, init, tmpfs ?? {}, files]);
