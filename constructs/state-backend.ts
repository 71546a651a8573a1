import { join, relative } from "node:path";
import type { Construct } from "constructs";
import { deploymentHome } from "../core/home.ts";
import type { Site } from "../site/site.ts";
import type { StateSettings } from "../site/state.ts";
import type { TerraformRemoteState } from "./cdktf.ts";
import { TerraformBackend } from "./cdktf.ts";

/**
 * Where Terraform keeps the state of a deployment. Credentials are in no backend's settings here: Terraform reads
 * them from the environment.
 */
export class StateBackend extends TerraformBackend {
  readonly #settings: Record<string, unknown>;

  /** @param stackFolder where the JSON will stand: a local state is named relative to it */
  constructor(scope: Construct, deployment: Site, stackFolder: string) {
    super(scope, "backend", deployment.state.backend);
    const local = relative(stackFolder, join(deploymentHome(deployment.name), "terraform.tfstate"));
    this.#settings = settingsOf(deployment.state, deployment.name, local);
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return this.#settings;
  }

  override getRemoteStateDataSource(): TerraformRemoteState {
    throw new Error("no stack of the kit reads the state of another");
  }
}

function settingsOf(state: StateSettings, name: string, local: string): Record<string, unknown> {
  switch (state.backend) {
    case "local":
      return { path: local };
    case "http":
      return httpSettings(state);
    case "pg":
      return { schema_name: state.schema };
    case "s3":
      return s3Settings(state, name);
  }
}

/** Without a lock address Terraform would not lock at all. */
function httpSettings(state: Extract<StateSettings, { backend: "http" }>) {
  const lock = state.lockAddress ?? state.address;
  return {
    address: state.address,
    lock_address: lock,
    unlock_address: state.unlockAddress ?? lock,
    lock_method: state.lockMethod,
    unlock_method: state.unlockMethod,
  };
}

/** The lock is an object next to the state (Terraform 1.10); the rest keeps it from asking Amazon about other servers. */
function s3Settings(state: Extract<StateSettings, { backend: "s3" }>, name: string) {
  return {
    bucket: state.bucket,
    key: state.key ?? `exploreiot/${name}.tfstate`,
    region: state.region,
    encrypt: true,
    use_lockfile: true,
    ...(state.endpoint === undefined
      ? {}
      : {
          endpoints: { s3: state.endpoint },
          use_path_style: true,
          skip_credentials_validation: true,
          skip_metadata_api_check: true,
          skip_region_validation: true,
          skip_requesting_account_id: true,
        }),
  };
}
