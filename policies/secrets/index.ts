import type { Policy } from "../policy.ts";
import { secretsAreNotInTheEnvironment } from "./secrets-are-not-in-the-environment.ts";
import { secretsAreNotInUploadedText } from "./secrets-are-not-in-uploaded-text.ts";

export const secrets: readonly Policy[] = [secretsAreNotInTheEnvironment, secretsAreNotInUploadedText];
