/**
 * The one place where cdktf is named. Its successor cdktn takes that name by an npm alias (docs/cdktn.md); where the two
 * differ, they differ here.
 */
export {
  App,
  Aspects,
  type IStackSynthesizer,
  type ISynthesisSession,
  TerraformBackend,
  TerraformElement,
  type TerraformRemoteState,
  TerraformResource,
  TerraformStack,
} from "cdktf";
