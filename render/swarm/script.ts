import { shellCommand, shellWord } from "../../core/shell-words.ts";
import { dataLabel } from "../../runners/swarm/names.ts";
import { preparation, shellFunction } from "../server-script.ts";
import { type SwarmPlan, swarmImages } from "./plan.ts";
import { declaredNetworks, doneVariable, imageWords } from "./stack-file.ts";

/** deployment.sh of a stack for Docker Swarm: what start.sh has to know of it. */
export function swarmScript(plan: SwarmPlan): string {
  const { model, services, settings, probe } = plan;
  const { stack } = model;
  const stages = [...new Set(services.map(({ stage }) => stage))];
  return [
    ...preparation(model, swarmImages(plan)),
    `deployment=${stack.name}`,
    `stages=${stages.at(-1) ?? 0}`,
    `data_label=${dataLabel(stack.name)}`,
    `networks=${shellWord(
      declaredNetworks(plan)
        .map(({ name }) => name)
        .join(" "),
    )}`,
    `registry=${shellWord(settings.registry ?? "")}`,
    `probe_image=${shellWord(probe?.image ?? "")}`,
    `probe_config=${shellWord(probe?.config ?? "")}`,
    "",
    ...shellFunction(
      "offers",
      stack.recipes
        .filter(({ tag }) => services.some(({ container }) => container.image === tag))
        .map(({ tag }) => shellCommand("offer", tag)),
    ),
    ...shellFunction(
      "programs",
      services.flatMap((one) =>
        imageWords(one).map(({ variable, field }) =>
          shellCommand("program", variable, one.container.image, field),
        ),
      ),
    ),
    ...shellFunction(
      "jobs",
      services
        .filter(({ container }) => container.job)
        .map((one) => shellCommand("job", doneVariable(one), one.name)),
    ),
    ...shellFunction(
      "services",
      stages.map((stage) =>
        shellCommand(
          "stage",
          String(stage),
          ...services
            .filter((one) => one.stage === stage)
            .map(({ name, container }) => (container.job ? `job:${name}` : name)),
        ),
      ),
    ),
  ].join("\n");
}
