import { Image } from "@cdktf/provider-docker/lib/image/index.js";
import { Construct } from "constructs";
import { kitRoot, projectRoot } from "../core/home.ts";
import type { BuildArgument, ImageRecipe } from "../core/image-recipe.ts";
import type { KitImage } from "../core/images.ts";
import { imageRecipes, userImageRecipes } from "../core/images.ts";
import type { Referent } from "../core/references.ts";
import { imageReferents, publicText, splitReferences } from "../core/references.ts";
import type { Site } from "../site/site.ts";
import { App, TerraformResource } from "./cdktf.ts";
import { literal } from "./literal.ts";
import { ownVerb } from "./own-verb.ts";
import { type WaiverProps, waive } from "./waiver.ts";

interface BuildContext {
  readonly context: string;
  readonly dockerfile?: string | undefined;
  readonly args?: Readonly<Record<string, string>> | undefined;
}

/** Any image reference, or a build instead; neither is the kit's own application. */
interface ApplicationImage {
  readonly image?: string | undefined;
  readonly build?: BuildContext | undefined;
}

const known = new WeakMap<App, Map<string, readonly ImageRecipe[]>>();

/** Read from the disk once in each app: deployments with the same settings have the same images. */
function recipesOf(app: App, name: KitImage | "base", settings: Site["images"]): readonly ImageRecipe[] {
  const ofApp = known.get(app) ?? new Map<string, readonly ImageRecipe[]>();
  known.set(app, ofApp);
  const key = JSON.stringify([name, settings]);
  const recipes = ofApp.get(key) ?? imageRecipes(projectRoot, [name], settings, kitRoot);
  ofApp.set(key, recipes);
  return recipes;
}

/**
 * The images of a deployment. Their recipes stand in the JSON, as the input of one `terraform_data` whose
 * provisioner makes what is missing: so `cdktf deploy` works on a machine that has no image yet, and the verbs
 * read the same recipes.
 */
export class Images extends Construct {
  readonly #deployment: Site;
  /** The resource that makes the images: under `cdktf deploy` it also refuses things that compose made, so networks wait for it too. */
  readonly recipes: TerraformResource;
  readonly #recipes: Recipes;
  readonly #ids = new Map<string, string>();

  /** @param stackFolder where the JSON will stand, and the provisioner run */
  constructor(scope: Construct, id: string, deployment: Site, stackFolder: string) {
    super(scope, id);
    this.#deployment = deployment;
    this.#recipes = new Recipes(this, "Recipes", ownVerb(stackFolder, "images"));
    this.recipes = this.#recipes;
  }

  /** Makes images, and so every container, wait for something. */
  after(resource: TerraformResource): void {
    this.#recipes.dependsOn = [`${resource.terraformResourceType}.${resource.friendlyUniqueId}`];
  }

  /** Terraform reference to the id of one of the kit's own images. */
  kit(name: KitImage | "base"): string {
    return this.#made(recipesOf(App.of(this), name, this.#deployment.images), name);
  }

  /**
   * Terraform reference to the id of the image that a deployment names or builds for an application.
   *
   * @param name of the application; one that neither names nor builds an image has the kit's own of that name
   * @param references what its build arguments may name
   * @param waivers what rules find on the image and is accepted
   */
  application(
    name: string,
    { image, build }: ApplicationImage,
    references: ReadonlyMap<string, Referent>,
    waivers: readonly WaiverProps[] = [],
  ): string {
    if (image !== undefined) return this.#id(name, image, waivers);
    if (build === undefined) return this.kit(name as KitImage);
    const tagName = `${this.#deployment.name}-${name}`;
    const args = this.#argumentsOf(build, references);
    return this.#made(
      userImageRecipes(projectRoot, { ...build, args }, tagName, this.#deployment.images, kitRoot),
      name,
    );
  }

  #argumentsOf(
    { args = {} }: BuildContext,
    references: ReadonlyMap<string, Referent>,
  ): Readonly<Record<string, BuildArgument>> {
    const known = new Map([...references, ...imageReferents()]);
    const filled = (template: string) =>
      splitReferences(template, known).map((part) =>
        typeof part === "object" && "image" in part ? part : publicText(part),
      );
    return Object.fromEntries(Object.entries(args).map(([key, template]) => [key, filled(template)]));
  }

  #made(recipes: readonly ImageRecipe[], name: string): string {
    this.#recipes.add(recipes);
    return this.#id(name, (recipes.at(-1) as ImageRecipe).tag);
  }

  #id(name: string, reference: string, waivers: readonly WaiverProps[] = []): string {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const image = new Image(this, name, {
      name: literal(reference),
      keepLocally: true,
      dependsOn: [this.#recipes],
    });
    waive(image, ...waivers);
    this.#ids.set(name, image.imageId);
    return image.imageId;
  }
}

/**
 * `terraform_data` with the recipes. Not cdktf's DataResource: that one runs `terraform version` at each
 * synthesis and so needs Terraform even where only the compose runner is used.
 */
class Recipes extends TerraformResource {
  readonly #recipes = new Map<string, ImageRecipe>();

  constructor(scope: Construct, id: string, provisioner: object) {
    super(scope, id, { terraformResourceType: "terraform_data" });
    this.addOverride("provisioner", [provisioner]);
  }

  add(recipes: readonly ImageRecipe[]): void {
    for (const recipe of recipes) this.#recipes.set(recipe.tag, recipe);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { input: { recipes: [...this.#recipes.values()] }, triggers_replace: [...this.#recipes.keys()] };
  }
}
