import { describe, expect, test } from "vitest";
import { loadInputs } from "../../../policies/inputs/load.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

/** Why the one path is refused. */
const refusal = (path: string) => {
  const { inputs, refused } = loadInputs({ paths: [path] });
  return inputs.length === 0 ? refused.map(({ message }) => message).join() : undefined;
};

const file = (name: string, text: string) => write(temporaryFolder(), name, text);

describe("what is to be judged is found by its content", () => {
  test.each([
    [
      "Terraform JSON",
      "main.tf.json",
      '{"resource": {"docker_volume": {"V": {}}}}',
      "terraform",
      ["docker_volume"],
    ],
    [
      "a plan",
      "p.json",
      JSON.stringify({
        format_version: "1.2",
        planned_values: {
          root_module: {
            resources: [
              { address: "docker_volume.V", mode: "managed", type: "docker_volume", name: "V", values: {} },
            ],
          },
        },
      }),
      "plan",
      ["docker_volume"],
    ],
    [
      "a compose file, whatever it is called",
      "stack.yml",
      "services: {a: {image: i}}",
      "compose",
      ["docker_container", "docker_network"],
    ],
    [
      "a compose file as JSON",
      "stack.json",
      '{"services": {"a": {"image": "i", "network_mode": "none"}}}',
      "compose",
      ["docker_container"],
    ],
  ])("%s", (_, name, text, dialect, types) => {
    const { inputs } = loadInputs({ paths: [file(name, text)] });
    const found = inputs[0]?.stack.resources.map(({ type }) => type).filter((type) => type !== "terraform");

    expect([inputs.length, inputs[0]?.stack.dialect, found]).toEqual([1, dialect, types]);
  });

  test("in a folder: every stack below it, and configuration files that no stack delivers", () => {
    const folder = temporaryFolder();
    write(folder, "out/stacks/a/cdk.tf.json", '{"terraform": {}}');
    write(folder, "compose.yaml", 'services: {a: {image: i, volumes: ["./redis.conf:/redis.conf"]}}');
    write(folder, "redis.conf", "port 6379");
    write(folder, "host/rules.nft", "table inet x {}");
    write(folder, "node_modules/b/compose.yaml", "services: {}");

    expect(
      loadInputs({ paths: [folder] }).inputs.map(({ file, stack }) => [
        file.slice(folder.length),
        stack.files.map(({ type }) => type),
      ]),
    ).toEqual([
      ["/compose.yaml", ["file/redis.conf"]],
      ["/out/stacks/a/cdk.tf.json", []],
      ["", ["file/nftables"]],
    ]);
  });
});

describe("what cannot be judged is refused, and says what can", () => {
  test.each([
    ["nothing at all", "a.json", "", "a.json: is empty"],
    ["half of JSON", "a.json", '{"resource": ', "a.json: is not JSON"],
    ["a list", "a.json", "[1]", "a.json: is none of these: Terraform JSON"],
    [
      "another tool's template",
      "a.json",
      '{"AWSTemplateFormatVersion": "1", "Resources": {}}',
      "found: AWSTemplateFormatVersion, Resources",
    ],
    ["another tool's YAML", "a.yaml", "kind: Pod\napiVersion: v1\n", "found: kind, apiVersion"],
    ["a binary plan", "plan.bin", "PK\u0003\u0004\u0000", "plan.bin"],
    [
      "what is nested too deeply",
      "a.json",
      `{"resource": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      "a.json: is nested too deeply",
    ],
    ["a YAML alias bomb", "a.yaml", bomb(), "a.yaml: its aliases stand for more than 1000000 values"],
  ])("%s", (_, name, text, message) => {
    expect(refusal(file(name, text))).toContain(message);
  });

  test.each([
    ["a path that is not there", "/nowhere", "/nowhere: no such file or folder; allowed: Terraform JSON"],
    ["a folder without anything", temporaryFolder, "nothing in it can be judged"],
  ])("%s", (_, path, message) => {
    expect(refusal(typeof path === "string" ? path : path())).toContain(message);
  });
});

/** Each line names the one before nine times: a few hundred bytes that would grow to gigabytes. */
function bomb(): string {
  const lines = Array.from(
    { length: 9 },
    (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(", ")}]`,
  );
  return ["a0: &a0 [x]", ...lines, "services: {s: {image: i}}"].join("\n");
}
