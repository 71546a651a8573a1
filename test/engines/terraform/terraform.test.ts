import { expect, test } from "vitest";
import { foreignVariables } from "../../../engines/terraform/terraform.ts";

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
