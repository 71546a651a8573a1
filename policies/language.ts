import type { StackDocument } from "./document.ts";
import type { Graded } from "./evidence.ts";
import type { Finding, Policy, Words } from "./policy.ts";

/** In whose keys a stack is written: those of Terraform's provider, of Compose, or of the kit's own site file. */
export type Language = "terraform" | "compose" | "site";

/** The kit's own stacks are changed in their site file, no matter what was made of it; anybody else's in the file that was read. */
export function languageOf({ dialect, facts }: StackDocument): Language {
  if (dialect === "compose") return "compose";
  return facts === undefined ? "terraform" : "site";
}

/**
 * The allowed values and the remedy, in the keys of the input. Rules are written in those of the provider, since every input
 * is brought into its shape; where other keys alone would not do, a rule has words of its own for them.
 */
function wordsOf({ allowed, fix, words }: Policy, language: Language): Words {
  const said = { allowed, fix, ...(language === "terraform" ? {} : words?.[language]) };
  return { allowed: inLanguage(said.allowed, language), fix: inLanguage(said.fix, language) };
}

/** The text of a report on one piece of evidence. */
export function finding(
  policy: Policy,
  path: string,
  evidence: string | Graded,
  language: Language,
): Finding {
  const { text, severity } =
    typeof evidence === "string" ? { text: evidence, severity: policy.severity } : evidence;
  return {
    policy: policy.id,
    severity,
    path,
    evidence: inLanguage(text, language),
    ...wordsOf(policy, language),
  };
}

/** A text about attributes of the provider, with what Compose calls them. */
export const inLanguage = (text: string, language: Language): string =>
  language === "compose" ? KEYS.reduce((changed, [from, to]) => changed.replace(from, to), text) : text;

/** Attributes of the provider, as evidence and advice name them, and the keys of Compose. */
const KEYS: readonly (readonly [RegExp, string])[] = [
  [/\bcapabilities\.(add|drop)\b/g, "cap_$1"],
  [/\bmemory_swap\b/g, "memswap_limit"],
  [/(^|, )memory is\b/g, "$1mem_limit is"],
  [/\b(mem_limit|memswap_limit) is (\d[\d.]*)/g, "$1 is $2 MiB"],
  [/\bsecurity_opts\b/g, "security_opt"],
  [/\bdestroy_grace_seconds is (\d+)/g, "stop_grace_period is $1 s"],
  [/\bdestroy_grace_seconds\b/g, "stop_grace_period"],
  [/\bnetworks_advanced\b/g, "networks"],
  [/\bpid_mode\b/g, "pid"],
  [/\bipc_mode\b/g, "ipc"],
  [/\bcgroupns_mode\b/g, "cgroup"],
  [/\blog driver is\b/g, "logging.driver is"],
  [/\blog option\b/g, "logging.options"],
  [/\bulimit nofile\b/g, "ulimits.nofile"],
  [/\bexternal of port\b/g, "published of port"],
  [/\bports\.external, for a service published_port,/g, "ports.published"],
  [/\bports\.internal\b/g, "ports.target"],
  [/\bports\.ip\b/g, "ports.host_ip"],
  [/\bip of port\b/g, "host_ip of port"],
  [/\bmax_retry_count is\b/g, "the count behind on-failure: is"],
  [/\bbind_options\.propagation\b/g, "bind.propagation"],
  [/\bbuild\.network_mode\b/g, "build.network"],
  [/\bipam_config\b/g, "ipam.config"],
  [/(^|\W)options (?="com\.docker)/g, "$1driver_opts "],
  [/\bdevice_requests asks for\b/g, "devices asks for"],
  [/"?\$\{docker_(network|volume)\.([^}]+)\.(id|name)\}"?/g, "$1s.$2"],
  [/"?\$\{docker_image\.([^}]+)\.image_id\}"?/g, "the image that $1 builds"],
  [/\bknown only at apply\b/g, "not known here"],
];
