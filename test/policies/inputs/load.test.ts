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
      "a compose file, under any name",
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

/** The content of a folder: the files of each input, and why the rest is refused. */
function inFolder(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) write(folder, path, text);
  const { inputs, refused } = loadInputs({ paths: [folder] });
  return {
    inputs: inputs.map(({ file, stack }) => [
      file.replaceAll(`${folder}/`, ""),
      ...stack.of(["docker_container"]).map(({ id }) => id),
    ]),
    refused: refused.map(({ message }) => message.replaceAll(`${folder}/`, "")),
  };
}

describe("in a folder", () => {
  const web = "services: {web: {image: i}}";

  test("compose files are found under any name; parts of other files are judged with them", () => {
    expect(
      inFolder({
        "compose.yaml":
          "include: [part.yaml]\nservices: {web: {image: i, extends: {file: base.yml, service: b}}}",
        "compose.override.yaml": "services: {web: {read_only: true}}",
        "part.yaml": "services: {part: {image: i}}",
        "base.yml": "services: {b: {image: i}}",
        "docker-compose.prod.yml": "services: {prod: {image: i}}",
        "deploy/stack.yaml": "services: {stack: {build: .}}",
      }),
    ).toEqual({
      inputs: [
        ["compose.yaml", "part", "web"],
        ["deploy/stack.yaml", "stack"],
        ["docker-compose.prod.yml", "prod"],
      ],
      refused: [],
    });
  });

  test("one that cannot run alone is laid over the project next to it", () => {
    expect(
      inFolder({ "compose.yaml": web, "compose.prod.yaml": "services: {web: {restart: always}}" }).inputs,
    ).toEqual([
      ["compose.yaml", "web"],
      ["compose.yaml + compose.prod.yaml", "web"],
    ]);
  });

  test("YAML of other programs is none of them", () => {
    expect(
      inFolder({
        "compose.yaml": web,
        "config/services.yaml": "services: {_defaults: {autowire: true}}",
        ".gitlab-ci.yml": "include: [x]\nservices: [docker:dind]\njob: {script: [x]}",
        "chart/x.yaml": "services: {{ .Values }}\n  - [",
      }),
    ).toEqual({ inputs: [["compose.yaml", "web"]], refused: [] });
  });

  test("a broken file hides no other", () => {
    const { inputs, refused } = inFolder({
      "a/compose.yaml": "services: {web: {image: [",
      "b/compose.yaml": web,
      "c/docker-compose.test.yml": "services: {a: &",
    });

    expect(inputs).toEqual([["b/compose.yaml", "web"]]);
    expect(refused).toEqual([
      expect.stringContaining("a/compose.yaml: "),
      expect.stringContaining("c/docker-compose.test.yml: "),
    ]);
  });

  test("of two files of one name, the one that is delivered is judged there, and the other by itself", () => {
    const folder = temporaryFolder();
    write(folder, "compose.yaml", 'services: {a: {image: i, volumes: ["./in/redis.conf:/redis.conf"]}}');
    write(folder, "in/redis.conf", "port 1");
    write(folder, "out/redis.conf", "port 2");
    const { inputs } = loadInputs({ paths: [folder] });

    expect(inputs.map(({ stack }) => stack.files.map(({ block }) => block.text))).toEqual([
      ["port 1"],
      ["port 2"],
    ]);
  });
});

describe("what is given by name", () => {
  test("is read from each path, and a part of another's project once", () => {
    const folder = temporaryFolder();
    const override = write(folder, "compose.override.yaml", "services: {web: {tty: true}}");
    const base = write(folder, "compose.yaml", "services: {web: {image: i}}");
    const other = write(folder, "x.yaml", "services: {x: {image: i}}");
    const { inputs, refused } = loadInputs({ paths: [override, base, other] });

    expect([inputs.map(({ file }) => file), refused]).toEqual([[base, other], []]);
  });

  test("with -f is one project, in the order of the files, without an override that nobody named", () => {
    const folder = temporaryFolder();
    write(folder, "compose.override.yaml", "services: {web: {tty: true}}");
    const files = [
      write(folder, "compose.yaml", "services: {web: {image: i, hostname: a}}"),
      write(folder, "more.yaml", "services: {web: {hostname: b}}"),
    ];
    const { inputs } = loadInputs({ paths: [], files });

    expect(inputs.map(({ stack }) => stack.of(["docker_container"])[0]?.block)).toEqual([
      expect.objectContaining({ image: "i", hostname: "b" }),
    ]);
    expect(inputs[0]?.stack.of(["docker_container"])[0]?.block.tty).toBeUndefined();
  });

  test("as - is standard input, of every kind", () => {
    const read = (stdin: string) =>
      loadInputs({ paths: ["-"], stdin }).inputs.map(({ stack }) => stack.dialect);

    expect(read("services: {a: {image: i}}")).toEqual(["compose"]);
    expect(read('{"services": {"a": {"image": "i"}}}')).toEqual(["compose"]);
    expect(read('{"resource": {"docker_volume": {"V": {}}}}')).toEqual(["terraform"]);
    expect(read('{"format_version": "1.2", "resource_changes": [], "planned_values": {}}')).toEqual([]);
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
    ["a project without a service", "a.yaml", "services: {}", "a.yaml: there is nothing in it to judge"],
    ["two documents with nothing in them", "a.yaml", "---\n---\n", "a.yaml: is none of these"],
    ["a YAML alias bomb", "a.yaml", bomb(), "a.yaml: its aliases stand for more than 1000000 values"],
  ])("%s", (_, name, text, message) => {
    expect(refusal(file(name, text))).toContain(message);
  });

  test("but not networks and volumes alone: others include such files", () => {
    const { inputs } = loadInputs({ paths: [file("a.yaml", "volumes: {v: {}}\nnetworks: {n: {}}")] });

    expect(inputs[0]?.stack.resources.map(({ path }) => path)).toEqual(["networks.n", "volumes.v"]);
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
