import type { Policy } from "../policy.ts";
import { buildsAreConfined } from "./builds-are-confined.ts";
import { buildsFollowTheirContext } from "./builds-follow-their-context.ts";
import { buildsKnowNoSecret } from "./builds-know-no-secret.ts";
import { imagesArePinned } from "./images-are-pinned.ts";
import { movedTagsArePulled } from "./moved-tags-are-pulled.ts";
import { originsAreTrusted } from "./origins-are-trusted.ts";
import { platformsAreStated } from "./platforms-are-stated.ts";
import { pluginsAskForEachRight } from "./plugins-ask-for-each-right.ts";
import { registriesAreVerified } from "./registries-are-verified.ts";
import { tagsAreFixed } from "./tags-are-fixed.ts";

export const images: readonly Policy[] = [
  imagesArePinned,
  tagsAreFixed,
  originsAreTrusted,
  buildsKnowNoSecret,
  buildsAreConfined,
  movedTagsArePulled,
  registriesAreVerified,
  platformsAreStated,
  buildsFollowTheirContext,
  pluginsAskForEachRight,
];
