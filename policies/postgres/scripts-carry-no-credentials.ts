import { parseOnce } from "../facts/parsed-files.ts";
import { looksSecret } from "../facts/secret-names.ts";
import { parseSql, type Statement } from "../files/sql.ts";
import { definePolicy } from "../policy.ts";

/**
 * An init file is no secret: it stands in Terraform's JSON, in its state and in the repository.
 */
export const scriptsCarryNoCredentials = definePolicy({
  id: "PGS-014",
  severity: "medium",
  title: "SQL files hold no passwords",
  allowed:
    "passwords from variables of psql, read from a file: \\set password `cat FILE` and PASSWORD :'password'",
  fix: "read the password from its file when the script runs, and change the one that stood there",
  source: "PostgreSQL documentation, app-psql, SQL interpolation",
  looksAt: ["file/sql"],
  check: (file) => parseOnce(file, parseSql).flatMap(problem),
});

function problem({ words, texts, line }: Statement): readonly string[] {
  const written = words.some((word, index) => word === "PASSWORD" && words[index + 1] === "'…'");
  const inText = texts.some((text) => looksSecret(text) || /\bpassword\s*=\s*\S/i.test(text));
  const inMeta = words.some((word) => /^\\set\s+\w*(password|secret|token)\w*\s+[^`\s]/i.test(word));
  return written || inText || inMeta ? [`line ${line} holds a password`] : [];
}
