import { beforeEach, describe, expect, test } from "vitest";
import { pickRunner } from "../../runners/pick.ts";
import type { RunnerName } from "../../runners/record.ts";
import { errorText } from "../support/error-text.ts";
import { environment, programs } from "../support/programs.ts";
import { containerSpec, stackOf } from "../support/stack.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const compose = { docker: "exit 0" };
const noCompose = { docker: "exit 1" };
/** Terraform that knows its version and whose init finds the provider, or does not. */
const terraform = (init: number) => ({
  terraform: `[ "$1" = version ] || { mkdir -p "\${1#-chdir=}/.terraform"; [ ${init} = 0 ] || echo 'Error: Failed to query available provider packages' >&2; exit ${init}; }`,
  mkdir: 'exec /bin/mkdir "$@"',
});

/** The runner that is picked, and what is said about it. */
async function pick(wanted: RunnerName | "auto", last?: RunnerName) {
  const folder = temporaryFolder();
  write(folder, "cdk.tf.json", '{"terraform": {}}');
  const lines: string[] = [];
  const context = {
    stack: stackOf([containerSpec("api")], { folder }),
    home: folder,
    report: (line: string) => void lines.push(line),
  };
  const { name } = await pickRunner(wanted, last, context);
  return { name, said: lines.at(-1) };
}

const INSTALL =
  "  → install Terraform and let it reach its registry, or install Docker's compose plugin (npm start does where it can)";
const NO_PROVIDER = "terraform init does not find the provider kreuzwerker/docker ~> 4.5";
const NO_PLUGIN = "docker has no compose plugin (package docker-compose-plugin)";

describe("the runner", () => {
  beforeEach(() => {
    environment("DOCKER_HOST", undefined);
    environment("TERRAFORM_BINARY_NAME", undefined);
  });

  test.each<[string, Record<string, string>, RunnerName | "auto", RunnerName | undefined, object]>([
    [
      "is Terraform where it can be had",
      { ...compose, ...terraform(0) },
      "auto",
      undefined,
      { name: "terraform", said: "runner: terraform" },
    ],
    [
      "is compose where Terraform is not installed, and says so",
      compose,
      "auto",
      undefined,
      { name: "compose", said: "runner: compose (terraform is not installed)" },
    ],
    [
      "is compose where Terraform has no provider, and says so",
      { ...compose, ...terraform(1) },
      "auto",
      undefined,
      { name: "compose", said: `runner: compose (${NO_PROVIDER})` },
    ],
    [
      "stays the one that made what runs",
      { ...compose, ...terraform(0) },
      "auto",
      "compose",
      { name: "compose", said: "runner: compose" },
    ],
    [
      "changes where the one that made what runs is gone, and says so",
      { ...noCompose, ...terraform(0) },
      "auto",
      "compose",
      { name: "terraform", said: `runner: terraform (${NO_PLUGIN})` },
    ],
    [
      "is the one that was asked for",
      { ...compose, ...terraform(0) },
      "compose",
      "terraform",
      { name: "compose", said: "runner: compose" },
    ],
  ])("%s", async (_, installed, wanted, last, expected) => {
    programs(installed, true);

    expect(await pick(wanted, last)).toEqual(expected);
  });

  test("is refused where none can run, with the reason for each", async () => {
    programs(noCompose, true);

    expect(await errorText(() => pick("auto"))).toBe(
      `no runner can run here: terraform is not installed; ${NO_PLUGIN}\n${INSTALL}`,
    );
  });

  test("is refused where the one that was asked for cannot run, no matter what else can", async () => {
    programs({ ...compose, ...terraform(1) }, true);

    expect(await errorText(() => pick("terraform"))).toBe(
      `no runner can run here: ${NO_PROVIDER}\n${INSTALL}`,
    );
  });

  test("is no other one because the state cannot be reached", async () => {
    const broken = {
      ...terraform(1),
      terraform: "[ \"$1\" = version ] || { echo 'Error: error configuring backend' >&2; exit 1; }",
    };
    programs({ ...compose, ...broken }, true);

    expect(await errorText(() => pick("auto"))).toBe(
      [
        "terraform cannot reach the state of demo (local)",
        "Error: error configuring backend",
        "  → check state in the configuration, and the credentials in the environment: PG_CONN_STR, TF_HTTP_USERNAME and TF_HTTP_PASSWORD, AWS_…",
      ].join("\n"),
    );
  });
});
