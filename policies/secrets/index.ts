import type { Policy } from "../policy.ts";
import { addressesCarryNoCredentials } from "./addresses-carry-no-credentials.ts";
import { argumentsHoldNoSecrets } from "./arguments-hold-no-secrets.ts";
import { databasesAskForAPassword } from "./databases-ask-for-a-password.ts";
import { hashesOfSecretsAreKeyed } from "./hashes-of-secrets-are-keyed.ts";
import { labelsHoldNoSecrets } from "./labels-hold-no-secrets.ts";
import { outputsHideSecrets } from "./outputs-hide-secrets.ts";
import { passwordsAreNotKnownToAll } from "./passwords-are-not-known-to-all.ts";
import { passwordsAreNotMadeByTerraform } from "./passwords-are-not-made-by-terraform.ts";
import { providerHoldsNoCredentials } from "./provider-holds-no-credentials.ts";
import { resourcesHoldNoCredentials } from "./resources-hold-no-credentials.ts";
import { secretFilesArePrivate } from "./secret-files-are-private.ts";
import { secretFilesAreThere } from "./secret-files-are-there.ts";
import { secretVariablesAreSensitive } from "./secret-variables-are-sensitive.ts";
import { secretsAreNotInTheEnvironment } from "./secrets-are-not-in-the-environment.ts";
import { secretsAreNotInUploadedText } from "./secrets-are-not-in-uploaded-text.ts";
import { swarmConfigsHoldNoSecrets } from "./swarm-configs-hold-no-secrets.ts";
import { swarmSecretsAreNotInClearState } from "./swarm-secrets-are-not-in-clear-state.ts";

export const secrets: readonly Policy[] = [
  secretsAreNotInTheEnvironment,
  addressesCarryNoCredentials,
  secretsAreNotInUploadedText,
  swarmConfigsHoldNoSecrets,
  swarmSecretsAreNotInClearState,
  labelsHoldNoSecrets,
  argumentsHoldNoSecrets,
  passwordsAreNotKnownToAll,
  secretFilesAreThere,
  secretFilesArePrivate,
  outputsHideSecrets,
  secretVariablesAreSensitive,
  providerHoldsNoCredentials,
  resourcesHoldNoCredentials,
  hashesOfSecretsAreKeyed,
  passwordsAreNotMadeByTerraform,
  databasesAskForAPassword,
];
