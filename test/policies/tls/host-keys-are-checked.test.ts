import { hostKeysAreChecked } from "../../../policies/tls/host-keys-are-checked.ts";
import { judges } from "../judging.ts";

judges(hostKeysAreChecked, "TLS-014", {
  rejects: [
    {
      name: "the options of the provider's documentation",
      given: { ssh_opts: ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"] },
      evidence: [
        'ssh_opts holds "StrictHostKeyChecking=no"',
        'ssh_opts holds "UserKnownHostsFile=/dev/null"',
      ],
    },
    {
      name: "other spellings",
      given: { ssh_opts: ["-ostricthostkeychecking=off", "StrictHostKeyChecking no"] },
      evidence: ['ssh_opts holds "-ostricthostkeychecking=off"', 'ssh_opts holds "StrictHostKeyChecking no"'],
    },
    {
      name: "options known only at apply",
      given: { ssh_opts: "${var.options}" },
      evidence: ['ssh_opts is "${var.options}", known only at apply'],
    },
  ],
  accepts: [
    { name: "none", given: {} },
    { name: "others", given: { ssh_opts: ["-o", "StrictHostKeyChecking=yes", "-p", "2222"] } },
  ],
});
