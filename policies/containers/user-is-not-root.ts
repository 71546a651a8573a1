import { unknown, weighing } from "../evidence.ts";
import { isDelivery } from "../facts/containers.ts";
import { userOfImage } from "../facts/image-users.ts";
import { containerSpec, kindOf, RUNS, repositoryOf } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

export const userIsNotRoot = definePolicy({
  id: "CTR-004",
  severity: "high",
  title: "a container runs as a numeric user that is not root",
  why: "Root in a container is root for the kernel. A name is looked up in the image, so only a number says who it is. A job that hands over files changes their owner, the firewall needs its capability, and the kit's backups read files of every owner: they are root without the rest of root's power (CTR-002, CTR-003).",
  avoid: "user: root",
  prefer: 'user: "1000:1000"',
  allowed: "user as uid or uid:gid in numbers, neither of them 0; root for a job without a network",
  fix: "set user to the uid:gid that the image is made for",
  source: "CIS Docker Benchmark 1.6.0, 4.1",
  looksAt: RUNS,
  where: (resource, stack) =>
    !isDelivery(resource) && !["firewall", "backup"].includes(kindOf(resource, stack) ?? ""),
  check: (resource, stack) => {
    const spec = containerSpec(resource);
    const { user } = spec;
    const given =
      (user ?? undefined) === undefined ? userOfImage(repositoryOf(resource, stack) ?? "") : "root";
    if (given === "another") return [IN_THE_IMAGE];
    if (given === undefined)
      return [unknown("user is not set, and whom the image runs as is known only at apply")];
    const found = must(spec, "user", (value) => /^[1-9]\d*(:[1-9]\d*)?$/.test(String(value)));
    return typeof user === "string" && IS_ANOTHER.test(user) ? weighing("low", found) : found;
  },
});

/** A name that is not root's, and root's group alone: most likely not root, and said by no number. */
const IS_ANOTHER = /^(?!root\b)([a-z_][\w-]*(:[\w-]+)?|[1-9]\d*:(0|[a-z_][\w-]*))$/;

const IN_THE_IMAGE = {
  notEnforceable:
    "user is not set, and the image is documented to run as another user than root: docker image inspect shows it",
};
