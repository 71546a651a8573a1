import { definePolicy } from "../policy.ts";
import { isKnown, show, texts } from "../values.ts";

const UNCHECKED =
  /^(-o)?\s*"?(stricthostkeychecking["\s=]+"?(no|off)\b|(userknownhostsfile|globalknownhostsfile)["\s=]+"?\/dev\/null)/i;

export const hostKeysAreChecked = definePolicy({
  id: "TLS-014",
  severity: "high",
  title: "SSH to the engine checks the host's key",
  why: "SSH without the host's key gives the session, and root on the machine that answers, to anyone who answers. The provider's own documentation shows it so.",
  avoid: `{"provider": {"docker": {
  "host": "ssh://deploy@plant.example.org", "ssh_opts": ["-o", "StrictHostKeyChecking=no"]
}}}`,
  prefer: `{"provider": {"docker": {
  "host": "ssh://deploy@plant.example.org"
}}}`,
  allowed: "ssh_opts without StrictHostKeyChecking no and without known hosts in /dev/null",
  fix: "remove the option; put the key into known_hosts with ssh-keyscan, and compare it",
  source: "ssh_config(5); kreuzwerker/docker documentation, remote hosts",
  dialect: "terraform",
  looksAt: ["provider.docker"],
  check: ({ block }) => {
    if (!isKnown(block.ssh_opts)) return [`ssh_opts is ${show(block.ssh_opts)}, known only at apply`];
    return texts(block, "ssh_opts")
      .filter((option) => UNCHECKED.test(option.trim()))
      .map((option) => `ssh_opts holds ${show(option)}`);
  },
});
