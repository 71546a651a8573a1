import { readFileSync } from "node:fs";
import { fromEngine, toEngine } from "../docker/engine-api.ts";
import { STACK_LABEL } from "./names.ts";
import type { TerraformSwarm } from "./terraform-swarm.ts";

/** An object of the swarm, as its variable names it. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** terraform.tfvars.json: nothing of a secret but its name, which has a keyed hash, and the swarm's id. */
export interface Variables {
  readonly files: Readonly<Record<string, Named>>;
  readonly images: Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly words: Readonly<Record<string, readonly string[]>>;
}

interface ObjectJson {
  readonly ID: string;
  readonly Spec: { readonly Name: string };
}

/**
 * Makes the secrets that the swarm lacks. Their content is in the body of one request to the engine, and nowhere else: neither
 * Terraform nor a process of this machine is told of it.
 *
 * @returns what Terraform is told instead
 */
export async function makeVariables(swarm: TerraformSwarm): Promise<Variables> {
  const [secrets, configs] = await Promise.all([objects("secrets", swarm), objects("configs", swarm)]);
  const files: Record<string, Named> = {};
  for (const { key, name, path } of swarm.secrets)
    files[key] = { id: secrets.get(name) ?? (await made(name, readFileSync(path), swarm)), name };
  for (const { key, name } of swarm.configs) files[key] = { id: configs.get(name) ?? "", name };
  const images = await Promise.all(swarm.images.map(async (image) => [image, await pinned(image)] as const));
  return { files, images: Object.fromEntries(images), versions: swarm.versions, words: swarm.words };
}

/**
 * An image with the digest that its registry has of it, as this engine pushed or pulled it. Without one a swarm adds it to a new
 * service by itself, and Terraform would take that for a change.
 */
async function pinned(image: string): Promise<string> {
  if (image.includes("@")) return image;
  const path = `/images/${image}/json`;
  const { RepoDigests } = (await fromEngine<{ readonly RepoDigests?: readonly string[] }>(path)) ?? {};
  const name = image.replace(/:[^/:]*$/, "");
  const found = RepoDigests?.find((one) => one.startsWith(`${name}@`));
  return found === undefined ? image : `${image}@${found.slice(name.length + 1)}`;
}

type Kind = "secrets" | "configs";

/** Id of each object of the deployment by its name. */
async function objects(kind: Kind, { project }: TerraformSwarm): Promise<ReadonlyMap<string, string>> {
  const filters = JSON.stringify({ label: [`${STACK_LABEL}=${project}`] });
  const found = (await fromEngine<readonly ObjectJson[]>(`/${kind}`, { filters })) ?? [];
  return new Map(found.map(({ ID, Spec }) => [Spec.Name, ID]));
}

/** @returns the id of the secret */
async function made(name: string, content: Buffer, { project }: TerraformSwarm): Promise<string> {
  const labels = { [STACK_LABEL]: project };
  const body = { Name: name, Labels: labels, Data: content.toString("base64") };
  return (await toEngine<{ readonly ID: string }>("/secrets/create", body)).ID;
}
