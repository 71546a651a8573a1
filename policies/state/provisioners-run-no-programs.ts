import { definePolicy } from "../policy.ts";
import { type Block, blocks, isKnown } from "../values.ts";

const isCounted = (name: string) => name === "remote-exec" || name === "file" || name === "local-exec";

export const provisionersRunNoPrograms = definePolicy({
  id: "STA-006",
  severity: "medium",
  title: "no resource runs programs while it is made",
  why: "No plan shows what a provisioner will do, and a failed one leaves its resource tainted: to be made again.",
  avoid: `{"resource": {"docker_container": {"web": {
  "provisioner": {"local-exec": {"command": "./after.sh"}}
}}}}`,
  prefer: `{"resource": {"terraform_data": {"after": {
  "provisioner": {"local-exec": {"command": "./after.sh"}}
}}}}`,
  allowed:
    "no provisioner; local-exec of terraform_data alone, with a command and an environment that stand in the JSON",
  fix: "run the program before Terraform, or move it into a terraform_data of its own with a fixed command",
  source: "Terraform documentation: provisioners are a last resort",
  dialect: "source",
  looksAt: ["*"],
  where: ({ block }) => (block.provisioner ?? undefined) !== undefined,
  check: ({ type, block }) =>
    blocks(block, "provisioner")
      .flatMap((entry) => Object.entries(entry))
      .filter(([name]) => isCounted(name))
      .flatMap(([name, settings]) =>
        name === "local-exec" && type === "terraform_data" ? computed(settings) : [`provisioner ${name}`],
      ),
});

const computed = (settings: unknown): readonly string[] =>
  blocks({ settings }, "settings").flatMap((local: Block) =>
    ["command", "environment", "interpreter", "working_dir"]
      .filter((name) => !isKnown(local[name]))
      .map((name) => `${name} of provisioner local-exec is known only at apply`),
  );
