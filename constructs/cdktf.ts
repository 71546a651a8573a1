/**
 * The one place where cdktf is named. Its successor cdktn takes that name by an npm alias (docs/cdktn.md); where the two
 * differ, they differ here.
 */
import { Tokenization } from "cdktf";
import { quickly } from "./quick-tokens.ts";

Tokenization.resolve = quickly(Tokenization.resolve);

/** The value of each token, as text: cdktf keeps it for as long as the process lives, and with it the stack that it is of. */
const tokens = () =>
  (globalThis as { readonly __cdktfTokenMap?: { readonly stringTokenMap: Map<string, unknown> } })
    .__cdktfTokenMap?.stringTokenMap;

/** Does something after which nobody asks for the tokens that it made. */
export function withOwnTokens(work: () => void): void {
  const known = new Set(tokens()?.keys());
  work();
  for (const key of tokens()?.keys() ?? []) if (!known.has(key)) tokens()?.delete(key);
}

export {
  App,
  Aspects,
  DefaultTokenResolver,
  type IStackSynthesizer,
  type ISynthesisSession,
  StringConcat,
  TerraformBackend,
  TerraformElement,
  type TerraformRemoteState,
  TerraformResource,
  TerraformStack,
  Tokenization,
} from "cdktf";
