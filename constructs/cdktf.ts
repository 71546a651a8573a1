/**
 * The one place where cdktf is named. Its successor cdktn takes that name by an npm alias (docs/cdktn.md); where the two
 * differ, they differ here.
 */
import { Tokenization } from "cdktf";
import { quickly } from "./quick-tokens.ts";

Tokenization.resolve = quickly(Tokenization.resolve);

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
