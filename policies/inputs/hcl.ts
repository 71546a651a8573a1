import { UserError } from "../../core/errors.ts";

const BLOCK =
  /^(?:\s|#.*\n|\/\/.*\n|\/\*[\s\S]*?\*\/)*(?:terraform|provider|resource|data|module|variable|output|locals|moved|import|removed|check)(?:\s+"[^"]*"){0,2}\s*\{/;

/** Whether a file is written in Terraform's own language, by its name or by how it begins. */
export const isHcl = (file: string, text: string): boolean => isHclName(file) || BLOCK.test(text);

export const isHclName = (file: string): boolean => /\.(tf|tfvars|hcl|tofu)$/.test(file);

/** What `terraform plan -out` writes is an archive. */
export const isPlanArchive = (text: string): boolean => text.startsWith("PK\u0003\u0004");

export const PRINT_PLAN =
  "terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json, then judge plan.json";

export const hclRefused = (file: string, more = 0): UserError =>
  new UserError(
    `${file}${more === 0 ? "" : ` and ${more} more`}: is HCL; judged is JSON: a plan, or *.tf.json`,
    PRINT_PLAN,
  );
