import { hooksHaveNoMoreRights } from "../../../policies/containers/hooks-have-no-more-rights.ts";
import { judges } from "../judging.ts";

const hook = (rights: object, when = "post_start[0]") => ({ hooks: [{ when, command: ["id"], ...rights }] });

judges(hooksHaveNoMoreRights, "CTR-045", {
  rejects: [
    {
      name: "a privileged one that runs as root",
      given: hook({ privileged: true, user: "root" }),
      evidence: ["post_start[0].privileged is true", 'post_start[0].user is "root"'],
    },
    {
      name: "the group of root",
      given: hook({ user: "1000:0" }, "pre_stop[1]"),
      evidence: ['pre_stop[1].user is "1000:0"'],
    },
    {
      name: "what is known only where it runs",
      given: hook({ privileged: "${P}" }, "develop.watch[0].exec"),
      evidence: ['develop.watch[0].exec.privileged is "${P}", known only at apply'],
    },
  ],
  accepts: [
    { name: "one with the rights of its service", given: hook({}) },
    { name: "one that runs as another user", given: hook({ privileged: false, user: "1000:1000" }) },
    { name: "a service without hooks", given: {}, examined: 0 },
  ],
});
