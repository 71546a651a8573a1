import { describe, expect, test } from "vitest";
import { foreignVariables, terraformBinary } from "../../../runners/terraform/terraform.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

test("variables that add arguments or choose another state are kept from terraform, credentials are not", () => {
  const env = {
    ...{
      TF_CLI_ARGS: "-lock=false",
      TF_CLI_ARGS_apply: "-target=x",
      TF_WORKSPACE: "other",
      TF_DATA_DIR: "/d",
    },
    ...{
      TF_INPUT: "1",
      TF_VAR_x: "y",
      TF_HTTP_PASSWORD: "p",
      TF_PLUGIN_CACHE_DIR: "/c",
      TF_CLI_CONFIG_FILE: "f",
    },
    ...{ PG_CONN_STR: "postgres://", AWS_PROFILE: "a", DOCKER_HOST: "unix:///x" },
  };

  expect(foreignVariables(env)).toEqual([
    "TF_CLI_ARGS",
    "TF_CLI_ARGS_apply",
    "TF_DATA_DIR",
    "TF_INPUT",
    "TF_VAR_x",
    "TF_WORKSPACE",
  ]);
});

describe("the program", () => {
  const path = (...names: readonly string[]) => {
    const folder = temporaryFolder();
    for (const name of names) write(folder, name, "");
    return { PATH: folder };
  };

  test.each<[string, readonly string[], string]>([
    ["Terraform where it is installed", ["terraform"], "terraform"],
    ["Terraform where OpenTofu is installed as well", ["terraform", "tofu"], "terraform"],
    ["OpenTofu where it alone is", ["tofu"], "tofu"],
    ["Terraform where neither is, which is then said to be missing", [], "terraform"],
  ])("is %s", (_, installed, expected) => {
    expect(terraformBinary(path(...installed))).toBe(expected);
  });

  test("is the one that the environment names", () => {
    expect(terraformBinary({ ...path("terraform"), TERRAFORM_BINARY_NAME: "tofu" })).toBe("tofu");
  });
});
