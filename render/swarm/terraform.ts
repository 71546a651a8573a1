import { resolve } from "node:path";
import { LABEL, roleOf } from "../../core/labels.ts";
import { defined } from "../../runners/compose/yaml.ts";
import { shortName } from "../../runners/swarm/names.ts";
import type { SwarmNetwork } from "../../runners/swarm/observe-swarm.ts";
import type { TerraformSwarm } from "../../runners/swarm/terraform-swarm.ts";
import { type Model, withVariables } from "../model.ts";
import { configPath } from "../paths.ts";
import { waitSeconds } from "../server-script.ts";
import type { Known } from "./declared-settings.ts";
import type { SwarmFile, SwarmPlan } from "./plan.ts";
import { declaredNetworks, imageOf, imageWords, saidOf, wholeVersion } from "./stack-file.ts";
import { addressOf, service } from "./terraform-service.ts";
import { labels, written } from "./terraform-words.ts";

/**
 * The same services as Terraform resources: every fact is that of the stack file, in the provider's words. Nothing secret is in
 * the document, and nothing that only this machine knows: variables stand for both.
 *
 * @param known parts of names and versions, and words of images
 */
export function terraformSwarm(
  plan: SwarmPlan,
  { parts, images }: { readonly parts: NonNullable<Known["parts"]> } & Pick<Known, "images">,
): TerraformSwarm {
  const { model, services, project, probe } = plan;
  const part = (text: string) => withVariables(text, (variable) => parts.get(variable) ?? "");
  const secrets = services.flatMap(({ files }) => files.filter(({ kind }) => kind === "secret"));
  return {
    document: terraformDocument(plan) as object,
    project,
    secrets: secrets.map(({ key, name, source }) => ({
      ...{ key, name: part(name), path: pathOf(source as string, model) },
    })),
    configs: probe === undefined ? [] : [{ key: "probe", name: probe.config }],
    images: [...new Set(services.map((one) => imageOf(one.container.image, plan)))],
    versions: Object.fromEntries(parts),
    words: Object.fromEntries(
      services.flatMap((one) =>
        imageWords(one).map(({ variable, field }) => [
          variable,
          images.get(one.container.image)?.[field] ?? [],
        ]),
      ),
    ),
    services: services.map((one) => {
      const version = part(wholeVersion(one, plan));
      const { job } = one.container;
      return {
        ...{ role: roleOf(one.container), name: one.name, stage: one.stage, job },
        ...{ address: addressOf(one), version },
        labels: Object.fromEntries([
          ...Object.entries(saidOf(one, plan).deploy.labels).map(([label, value]) => [
            label,
            part(String(value)),
          ]),
          // Labels are set once all is well: its job is done then.
          ...(job ? [[LABEL.done, version]] : []),
        ]),
      };
    }),
    waitSeconds: waitSeconds(model.stack),
  };
}

const realPath = (source: string, { stack }: Model): string => resolve(stack.folder, source);

/** Where a file of the rendered folder is on this machine. */
function pathOf(source: string, model: Model): string {
  const found = model.deliveries.flatMap(({ secret }) => secret).find(({ path }) => source === `./${path}`);
  if (found === undefined) throw new Error(`${source}: no file of a delivery`);
  return realPath(found.source, model);
}

/** main.tf.json: the same on every machine. */
export const terraformDocument = (plan: SwarmPlan): unknown => written(documentOf(plan));

function documentOf(plan: SwarmPlan): object {
  const { model, services } = plan;
  const { engine } = model.stack;
  return {
    terraform: {
      required_providers: { docker: { source: "kreuzwerker/docker", version: "~> 4.5" } },
      backend: { local: { path: "terraform.tfstate" } },
    },
    provider: {
      docker: [defined({ host: engine?.host, cert_path: engine?.certificates })],
    },
    variable: {
      files: {
        description: "secrets and configs that exist already",
        type: "map(object({id=string,name=string}))",
      },
      images: { description: "each image with its digest, where it has one", type: "map(string)" },
      versions: { description: "keyed hashes of secret files", type: "map(string)" },
      words: { description: "the words with which images start", type: "map(list(string))" },
    },
    resource: defined({
      docker_network: Object.fromEntries(
        declaredNetworks(plan).map((one) => [shortName(one.name, plan), network(one, plan)]),
      ),
      docker_config: Object.fromEntries(
        services
          .flatMap((one) => one.files)
          .filter((file) => file.kind === "config" && file.source !== undefined)
          .map((file) => [file.key, config(file, plan)]),
      ),
      docker_service: Object.fromEntries(services.map((one) => [roleOf(one.container), service(one, plan)])),
    }),
  };
}

function network({ name, internal, encrypted, subnets }: SwarmNetwork, plan: SwarmPlan) {
  const known = plan.model.stack.networks.flatMap((one) => one.subnets);
  return defined({
    ...{ name, driver: "overlay", internal: internal || undefined },
    options: encrypted ? { encrypted: "true" } : undefined,
    // With a gateway: the engine chooses one, which without this would be another network.
    ipam_config: known.filter(({ subnet }) => subnets.includes(subnet)),
    labels: labels({}, plan),
  });
}

/** A config of this name is this text for ever, so another text is another config, which is there before the old one goes. */
const config = ({ name, source }: SwarmFile, plan: SwarmPlan) => ({
  name,
  // Not `data_raw`: the provider reads back one that was taken over as this.
  data: Buffer.from(textOf(source as string, plan.model)).toString("base64"),
  labels: labels({}, plan),
  lifecycle: { create_before_destroy: true },
});

/** The text of a public file of the rendered folder. */
function textOf(source: string, { deliveries }: Model): string {
  const found = deliveries
    .flatMap(({ role, public: files }) =>
      files.map((upload) => [`./${configPath(role, upload)}`, upload.content]),
    )
    .find(([path]) => path === source);
  if (found === undefined) throw new Error(`${source}: no file of a delivery`);
  return found[1] as string;
}
