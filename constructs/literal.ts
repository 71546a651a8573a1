/**
 * Text that Terraform is to take as it stands: its template openers `${` and `%{` doubled (in a replacement, `$$` is one dollar sign). Needed wherever text
 * comes from a person or a file, else a shell script does not parse and a configured value could evaluate
 * expressions.
 */
export const literal = (text: string): string => text.replaceAll("${", "$$$${").replaceAll("%{", "%%{");
