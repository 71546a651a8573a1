import type { Resource } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { mountsOf } from "../facts/mounts.ts";
import { soundsSecret } from "../facts/secret-names.ts";
import { secretForm } from "../facts/secret-values.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isBlock, isKnown, nested, show } from "../values.ts";

export const driversCarryNoCredential = definePolicy({
  id: "VOL-003",
  severity: "high",
  title: "no volume driver is given a credential",
  why: "Options of a driver stand in the JSON, in Terraform's state and in `docker volume inspect`.",
  avoid: `services:
  web: {image: "nginx:1.27", volumes: ["share:/share:ro"]}
volumes:
  share:
    driver_opts: {type: cifs, device: //nas.example.org/share, o: "username=web,password=tr0ub4dor-9x"}`,
  prefer: `services:
  web: {image: "nginx:1.27", volumes: ["share:/share:ro"]}
volumes:
  share:
    driver_opts: {type: cifs, device: //nas.example.org/share, o: "credentials=/etc/samba/web.credentials"}`,
  allowed: "options without user names and passwords; credentials= with the path of a file on the host",
  fix: "mount the share on the host, or name a credentials file",
  source: "mount.cifs(8); docker volume create, options of the local driver",
  looksAt: ["docker_volume", ...RUNS],
  where: (resource) => optionsOf(resource).length > 0,
  check: (resource) =>
    optionsOf(resource).flatMap(([name, value]): readonly Evidence[] => {
      if (!isKnown(value)) return [unknown(`option ${name} is known only at apply`)];
      return isCredential(name, String(value)) ? [`option ${name} holds a credential`] : [];
    }),
});

/** `o=addr=10.0.0.1,username=x,password=y`: options of mount(8) within one option of the driver. */
const isCredential = (name: string, value: string): boolean =>
  (soundsSecret(name) && name !== "credentials") ||
  secretForm(value) !== undefined ||
  value.split(",").some((option) => /^(user|username|pass|password|password2)=./i.test(option.trim()));

const optionsOf = (resource: Resource): readonly (readonly [string, unknown])[] =>
  resource.type === "docker_volume"
    ? entriesOf(resource.block.driver_opts)
    : mountsOf(resource).flatMap(({ block }) => entriesOf(nested(block, "volume_options").driver_options));

function entriesOf(options: unknown): readonly (readonly [string, unknown])[] {
  if ((options ?? undefined) === undefined) return [];
  if (!isBlock(options)) throw new Error(`options are ${show(options)}, not a map`);
  return Object.entries(options);
}
