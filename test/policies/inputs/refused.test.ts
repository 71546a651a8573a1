import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../policies/evaluate.ts";
import { everythingIsUnderstood } from "../../../policies/input-rules.ts";
import { loadInputs, type Request } from "../../../policies/inputs/load.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

/** The parts of a compose project that cannot be judged, as `place: evidence`. */
function gaps(text: string, asked: Partial<Request> = {}): readonly string[] {
  const { inputs, refused } = loadInputs({
    paths: [write(temporaryFolder(), "compose.yaml", text)],
    ...asked,
  });
  expect(refused).toEqual([]);
  return inputs.flatMap(({ stack }) =>
    evaluate(stack, [])
      .filter(({ policy }) => policy === everythingIsUnderstood)
      .flatMap(({ findings }) => findings.map(({ path, evidence }) => `${path}: ${evidence}`)),
  );
}

describe("what Compose refuses, nobody judges", () => {
  test.each([
    ["of two", "a: {image: i, depends_on: [b]}, b: {image: i, depends_on: [a]}", "services.a", "a, b"],
    ["of one", "a: {image: i, depends_on: [a]}", "services.a", "a"],
    [
      "over a shared namespace",
      "a: {image: i, network_mode: 'service:b'}, b: {image: i, depends_on: {a: {condition: service_started}}}, c: {image: i, depends_on: [a]}",
      "services.a",
      "a, b",
    ],
  ])("services that wait in a circle %s", (_, services, place, names) => {
    expect(gaps(`services: {${services}}`)).toEqual([`${place}: depends_on leads back to it: ${names}`]);
  });

  test("not services of which several wait for one", () => {
    const text =
      "services: {a: {image: i}, b: {image: i, depends_on: [a]}, c: {image: i, depends_on: [a, b]}}";
    expect(gaps(text)).toEqual([]);
  });

  test("one container_name twice, unless the two are never up together", () => {
    const two = (more: string) =>
      `services: {a: {image: i, container_name: web, profiles: [x]}, b: {image: i, container_name: web${more}}}`;

    expect(gaps(two(""))).toEqual(["services.b: container_name web is also that of a"]);
    expect(gaps(two(", profiles: [x, y]"))).toHaveLength(1);
    expect(gaps(two(", profiles: [y]"))).toEqual([]);
    expect(
      gaps("services: {a: {image: i, container_name: '${A}'}, b: {image: i, container_name: '${A}'}}"),
    ).toEqual([]);
  });

  const asks = (name: string, service = "a") =>
    `services.${service}: asks for ${name}, which has no value: set it, or name its file with --env-file`;

  test.each([
    ["`${X:?}` without a value", "image: 'i:${UNSET_TAG:?which}'", [asks("UNSET_TAG")]],
    ["`${X?}` without a value", "image: 'i:${UNSET_TAG?}'", [asks("UNSET_TAG")]],
    ["once for a service", "image: 'i:${UNSET_TAG?}', command: '${UNSET_TAG?}'", [asks("UNSET_TAG")]],
    ["not where a default comes first", "image: 'i:${UNSET_TAG:-${UNSET_TOO:-1}}'", []],
    ["in a default that is needed", "image: 'i:${UNSET_TAG:-${UNSET_TOO:?}}'", [asks("UNSET_TOO")]],
    ["not in a default that is not", "image: 'i:${PATH:-${UNSET_TOO:?}}'", []],
  ])("%s", (_, service, expected) => {
    expect(gaps(`services: {a: {${service}}}`)).toEqual(expected);
  });

  test("but not where a file of variables has the value; an empty one is none for `:?`", () => {
    const env = (text: string) => ({ envFiles: [write(temporaryFolder(), "ci.env", text)] });
    const text = (operator: string) => `services: {a: {image: 'i:\${UNSET_TAG${operator}}'}}`;

    expect(gaps(text(":?"), env("UNSET_TAG=1\n"))).toEqual([]);
    expect(gaps(text(":?"), env("UNSET_TAG=\n"))).toEqual([asks("UNSET_TAG")]);
    expect(gaps(text("?"), env("UNSET_TAG=\n"))).toEqual([]);
  });
});

describe("variables and files that Compose is told from outside", () => {
  const imageIn = (paths: readonly string[], asked: Partial<Request> = {}) =>
    loadInputs({ paths, ...asked }).inputs.map(({ file, stack }) => [
      file.split("/").at(-1),
      stack.of(["docker_container"]).map(({ block }) => block.image),
    ]);

  test("files of variables take the place of .env, each over those before it, in the order of Compose", () => {
    const folder = temporaryFolder();
    const file = write(folder, "compose.yaml", "services: {a: {image: 'i:${TAG_A}-${TAG_B:-none}'}}");
    write(folder, ".env", "TAG_A=dotenv\nTAG_B=dotenv\n");
    const one = write(folder, "one.env", "TAG_A=one\n");
    const two = write(folder, "two.env", "TAG_A=${TAG_A}two\n");

    expect(imageIn([file])).toEqual([["compose.yaml", ["i:dotenv-dotenv"]]]);
    expect(imageIn([file], { envFiles: [one] })).toEqual([["compose.yaml", ["i:one-none"]]]);
    expect(imageIn([file], { envFiles: [one, two] })).toEqual([["compose.yaml", ["i:onetwo-none"]]]);
    expect(loadInputs({ paths: [file], envFiles: ["/nowhere.env"] }).refused).toMatchObject([
      { message: expect.stringContaining("/nowhere.env: cannot be read") },
    ]);
  });

  test("COMPOSE_FILE of a folder's .env is its project, judged once; other files are judged too", () => {
    const folder = temporaryFolder();
    write(folder, ".env", "COMPOSE_FILE=base.yaml:prod.yaml\n");
    write(folder, "base.yaml", "services: {a: {image: 'i:1'}}");
    write(folder, "prod.yaml", "services: {a: {image: 'i:2'}}");
    write(folder, "compose.yaml", "services: {other: {image: 'o:1'}}");

    expect(imageIn([folder]).map(([, images]) => images)).toEqual([["i:2"], ["o:1"]]);
  });

  test("and with a separator of its own", () => {
    const folder = temporaryFolder();
    write(folder, ".env", "COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE=base.yaml,prod.yaml\n");
    write(folder, "base.yaml", "services: {a: {image: 'i:1'}}");
    write(folder, "prod.yaml", "services: {a: {image: 'i:2'}}");

    expect(imageIn([folder]).map(([, images]) => images)).toEqual([["i:2"]]);
  });
});

describe("what is not JSON of Terraform is told by what it is", () => {
  const refusal = (name: string, text: string) => {
    const [error] = loadInputs({ paths: [write(temporaryFolder(), name, text)] }).refused;
    return error?.render().replace(/^.*\//, "");
  };
  const PRINT =
    "terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json, then judge plan.json";
  const HCL = `is HCL; judged is JSON: a plan, or *.tf.json\n  → ${PRINT}`;

  test.each([
    ["by its name", "main.tf", "# nothing yet\n", `main.tf: ${HCL}`],
    [
      "by how it begins",
      "main.txt",
      '# web\n/* all\n of it */\nresource "docker_container" "web" {\n  image = "x"\n}\n',
      `main.txt: ${HCL}`,
    ],
    ["by a block without labels", "-", "terraform {\n}\n", `-: ${HCL}`],
  ])("HCL, %s", (_, name, text, expected) => {
    expect(refusal(name, text)).toBe(expected);
  });

  test("a plan that is not printed yet, and a state", () => {
    const file = join(temporaryFolder(), "plan.bin");
    writeFileSync(file, Buffer.from([0x50, 0x4b, 3, 4, 0, 0]));

    expect(loadInputs({ paths: [file] }).refused[0]?.render()).toContain(
      `plan.bin: is an archive, as a plan file is\n  → ${PRINT}`,
    );
    expect(refusal("state.json", '{"version": 4, "lineage": "x", "resources": []}')).toContain(
      `a state shows what is there, not what will be: ${PRINT}`,
    );
  });

  test("HCL in a folder is named, and hides nothing; next to a plan it has been judged", () => {
    const folder = temporaryFolder();
    write(folder, "compose.yaml", "services: {a: {image: 'i:1'}}");
    write(folder, "infra/main.tf", "");
    write(folder, "infra/more.tf", "");
    const { inputs, refused } = loadInputs({ paths: [folder] });

    expect(inputs).toHaveLength(1);
    expect(refused.map(({ message }) => message)).toEqual([
      `${folder}/infra/main.tf and 1 more: is HCL; judged is JSON: a plan, or *.tf.json`,
    ]);

    const resource = {
      address: "docker_network.n",
      type: "docker_network",
      name: "n",
      values: { name: "n" },
    };
    const plan = { format_version: "1.2", planned_values: { root_module: { resources: [resource] } } };
    write(folder, "infra/plan.json", JSON.stringify(plan));
    expect(loadInputs({ paths: [folder] }).refused).toEqual([]);
  });
});
