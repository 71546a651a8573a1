import { isJob } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isTrue, must, show } from "../values.ts";

const EXITED = /^\$\{\s*self\.exit_code\s*==\s*0\s*\}$/;

export const jobsFailTheApply = definePolicy({
  id: "PRV-014",
  severity: "high",
  title: "a job that fails stops the apply",
  why: "The provider takes any end of a job for a success; without `attach` it does not even wait for it.",
  avoid: `{"resource": {"docker_container": {"migrate": {
  "must_run": false
}}}}`,
  prefer: `{"resource": {"docker_container": {"migrate": {
  "must_run": false, "attach": true, "logs": true,
  "lifecycle": {"postcondition": {"condition": "\${self.exit_code == 0}", "error_message": "migrate failed"}}
}}}}`,
  allowed: "attach and logs true, and a postcondition ${self.exit_code == 0}",
  fix: "set attach and logs, and a postcondition on exit_code",
  words: { site: { fix: "build the container with JobContainer or FileDelivery" } },
  source: "docs/architecture.md, provider rule 14",
  dialect: "source",
  looksAt: ["docker_container"],
  where: isJob,
  check: ({ block }) => {
    const conditions = blocks(block, "lifecycle").flatMap((lifecycle) => blocks(lifecycle, "postcondition"));
    return [
      ...must(block, "attach", isTrue),
      ...must(block, "logs", isTrue),
      ...(conditions.some(({ condition }) => EXITED.test(String(condition)))
        ? []
        : [`postcondition is ${show(conditions.map(({ condition }) => condition))}`]),
    ];
  },
});
