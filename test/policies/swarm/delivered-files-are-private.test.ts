import { deliveredFilesArePrivate } from "../../../policies/swarm/delivered-files-are-private.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const secret = (file_mode: unknown) => withSpec({ secrets: [{ file_name: "/run/p", file_mode }] });

judges(deliveredFilesArePrivate, "SWM-016", {
  rejects: [
    { name: "the default, 0444", given: secret(undefined), evidence: ['file_mode of "/run/p" is not set'] },
    {
      name: "0777 of the provider's example",
      given: secret(511),
      evidence: ['file_mode of "/run/p" is 511'],
    },
    {
      name: "a config that everybody reads",
      given: withSpec({ configs: [{ file_name: "/etc/a", file_mode: 0o444 }] }),
      evidence: ['file_mode of "/etc/a" is 292'],
    },
    {
      name: "what is known only at apply",
      given: secret("${var.mode}"),
      evidence: ['file_mode of "/run/p" is "${var.mode}", known only at apply'],
    },
  ],
  accepts: [
    { name: "0400", given: secret(0o400) },
    { name: "0440", given: secret(0o440) },
    { name: "no files", given: withSpec({}), examined: 0 },
  ],
});
