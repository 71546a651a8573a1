import { definePolicy } from "../policy.ts";
import { type Block, isFilledText, isKnown, show } from "../values.ts";

export const engineIsReachedSafely = definePolicy({
  id: "TLS-013",
  severity: "critical",
  title: "the engine is reached through a socket, SSH or TLS",
  why: "Who reaches the engine's port 2375 is root on the machine.",
  avoid: `{"provider": {"docker": {
  "host": "tcp://192.0.2.7:2375"
}}}`,
  prefer: `{"provider": {"docker": {
  "host": "ssh://deploy@plant.example.org"
}}}`,
  allowed:
    "host unset, unix://, npipe:// or ssh://; tcp:// with certificates of the client and of the CA, not on 2375",
  fix: "use ssh://user@host",
  source: "CIS Docker Benchmark 1.6.0, 2.7",
  dialect: "terraform",
  looksAt: ["provider.docker"],
  check: ({ block }) => {
    const { host = null } = block;
    if (host === null) return [];
    if (!isKnown(host)) return [`host is ${show(host)}, known only at apply`];
    const [, scheme = "", rest = ""] = /^(\w+):\/\/(.*)$/.exec(String(host)) ?? [];
    if (["unix", "npipe", "ssh"].includes(scheme)) return [];
    if (!["tcp", "https"].includes(scheme) || /:2375(\/|$)/.test(rest)) return [`host is ${show(host)}`];
    return hasCertificates(block) ? [] : [`host is ${show(host)}, without certificates`];
  },
});

const hasCertificates = (block: Block) =>
  isFilledText(block.cert_path) ||
  ["ca_material", "cert_material", "key_material"].every((name) => isFilledText(block[name]));
