import { plansLeaveNothingUndecided } from "../../../policies/state/plans-leave-nothing-undecided.ts";
import type { Block } from "../../../policies/values.ts";
import { judges } from "../judging.ts";

const change = (afterUnknown: object, actions = ["create"]) => ({
  address: "docker_container.A",
  type: "docker_container",
  actions,
  afterUnknown,
});
const around = (block: object) => ({
  docker_container: { A: block as Block },
  docker_image: { I: { name: "a" } },
});

judges(plansLeaveNothingUndecided, "STA-008", {
  rejects: [
    {
      name: "variables and mounts that nobody knows yet",
      given: change({ env: true, volumes: [{ host_path: true }], id: true }),
      around: around({ env: ["A=${data.http.a.body}"], volumes: [{ host_path: "${local.p}" }] }),
      evidence: ["env is known only at apply", "volumes is known only at apply"],
    },
    {
      name: "a container that the plan does not show",
      given: change({}),
      evidence: ["it is not in the stack, so what is unknown of it cannot be told"],
    },
  ],
  accepts: [
    {
      name: "references to the stack, and what the provider fills in",
      given: change({ image: true, hostname: true, env: false }, ["update"]),
      around: around({ image: "${docker_image.I.image_id}", env: ["A=b"] }),
    },
    { name: "what goes", given: change({ env: true }, ["delete"]), examined: 0 },
  ],
});
