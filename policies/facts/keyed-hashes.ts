/**
 * Expressions of Terraform that hash a key together with files and keep at most 16 digits, so that nobody can try words
 * against it: `${substr(sha256(join("", [file("KEY"), file("FILE")])), 0, 12)}`.
 */
const KEYED =
  /^\$\{substr\(sha(?:256|512)\(join\("", \[file\("(?<key>[^"]+)"\)(?<files>(?:, file\("[^"]+"\))+)\]\)\), 0, (?:[1-9]|1[0-6])\)\}$/;

/** Whether a hash is such an expression; the key is another file than those it hashes. */
export function isKeyedExpression(hash: unknown): boolean {
  const { key, files } = KEYED.exec(String(hash))?.groups ?? {};
  return key !== undefined && files !== undefined && !files.includes(`"${key}"`);
}
