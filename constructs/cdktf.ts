/**
 * The one place where cdktf is named. Its successor cdktn takes that name by an npm alias (docs/cdktn.md); where the two
 * differ, they differ here.
 */
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
