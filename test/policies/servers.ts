import { evaluate } from "../../policies/evaluate.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import type { Policy } from "../../policies/policy.ts";
import type { Block } from "../../policies/values.ts";

/** A file of the container `Server` next to it, or of nobody. */
export const file = (
  name: string,
  lines: readonly string[],
  container = "docker_container.Server",
): Block => ({
  file: `/etc/server/${name}`,
  text: lines.join("\n"),
  container,
});

/** The same file where nothing in the stack is seen to read it. */
export const alone = (name: string, lines: readonly string[]): Block => ({
  file: `/etc/server/${name}`,
  text: lines.join("\n"),
});

/** A container to stand next to a file. */
export const server = (block: Block) => ({ docker_container: { Server: block } });

/** A broker with a volume for its messages and files next to its configuration. */
export const broker = (block: Block = {}) =>
  server({
    image: "eclipse-mosquitto:2.0.18",
    volumes: [{ container_path: "/mosquitto/data", volume_name: "data" }],
    upload: [
      { file: "/etc/server/passwords", content: "" },
      { file: "/etc/server/acl", content: "user a\ntopic read x\n" },
    ],
    ...block,
  });

/** An uploaded file. */
export const upload = (name: string, lines: readonly string[]): Block => ({
  file: `/etc/server/${name}`,
  content: lines.join("\n"),
});

/** A Redis that is started with a configuration and an ACL file. */
export const redis = (
  conf: readonly string[],
  acl: readonly string[] = ["user default off"],
  block: Block = {},
): Block => ({
  image: "redis:7.2",
  memory: 256,
  command: ["redis-server", "/etc/server/redis.conf"],
  upload: [upload("redis.conf", ["aclfile /etc/server/users.acl", ...conf]), upload("users.acl", acl)],
  ...block,
});

/** A PostgreSQL that is started with a configuration. */
export const postgres = (conf: readonly string[], block: Block = {}): Block => ({
  image: "postgres:15.6",
  command: ["postgres", "-c", "config_file=/etc/server/postgresql.conf"],
  upload: [upload("postgresql.conf", conf)],
  ...block,
});

/** An internal network to refer to, and one that leads out. */
export const INNER = { networks_advanced: [{ name: "${docker_network.Data.id}" }] };
export const OUTER = { networks_advanced: [{ name: "${docker_network.Edge.id}" }] };

/** The reasons of one policy why nobody can enforce it on a resource, the subject of the test. */
export function notEnforceable(policy: Policy, type: string, given: Block): readonly string[] {
  const stack = readTerraformJson(
    type === "terraform" ? { terraform: given } : { resource: { [type]: { Subject: given } } },
  );
  const report = evaluate(stack, [policy]).at(-1);
  return [
    ...(report?.findings ?? []).map(({ evidence }) => `found: ${evidence}`),
    ...(report?.notEnforceable ?? []).map(({ reason }) => reason),
  ];
}
