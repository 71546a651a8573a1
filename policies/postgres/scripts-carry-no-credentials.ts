import { parseOnce } from "../facts/parsed-files.ts";
import { secretForm } from "../facts/secret-values.ts";
import { parseSql, type Statement } from "../files/sql.ts";
import { definePolicy } from "../policy.ts";

export const scriptsCarryNoCredentials = definePolicy({
  id: "PGS-014",
  severity: "medium",
  title: "SQL files hold no passwords, and let none into the server's log",
  why: "An init file is no secret: it stands in Terraform's JSON, in its state and in the repository.",
  avoid: `# init.sql
CREATE ROLE app LOGIN PASSWORD 'tr0ub4dor-9x';`,
  prefer: `# init.sql
SET log_min_error_statement = 'panic';
\\set password \`cat /run/secrets/app\`
CREATE ROLE app LOGIN PASSWORD :'password';`,
  allowed:
    "passwords from variables of psql, read from a file: \\set password `cat FILE` and PASSWORD :'password', after SET log_min_error_statement = 'panic'",
  fix: "read the password from its file when the script runs, and change the one that stood there",
  source: "PostgreSQL documentation, app-psql, SQL interpolation; log_min_error_statement",
  looksAt: ["file/sql"],
  check: (file) => {
    const statements = parseOnce(file, parseSql);
    return [...statements.flatMap(problem), ...logged(statements)];
  },
});

/** A statement that fails is written into the log as the server got it: with the value that psql put there. */
function logged(statements: readonly Statement[]): readonly string[] {
  const silent = statements.findIndex(silencesTheLog);
  return statements
    .filter((_, index) => silent < 0 || index < silent)
    .filter(({ words }) => words.some((word, at) => word === "PASSWORD" && words[at + 1]?.startsWith(":")))
    .map(({ line }) => `line ${line} is written into the log with its password if it fails`);
}

const silencesTheLog = ({ words, texts }: Statement): boolean =>
  words[0] === "SET" &&
  words.includes("LOG_MIN_ERROR_STATEMENT") &&
  /^'?(log|fatal|panic)'?$/i.test(texts[0] ?? words.at(-1) ?? "");

function problem({ words, texts, line }: Statement): readonly string[] {
  const written = words.some((word, index) => word === "PASSWORD" && words[index + 1] === "'…'");
  const inText = texts.some((text) => secretForm(text) !== undefined || /\bpassword\s*=\s*\S/i.test(text));
  const inMeta = words.some((word) => /^\\set\s+\w*(password|secret|token)\w*\s+[^`\s]/i.test(word));
  return written || inText || inMeta ? [`line ${line} holds a password`] : [];
}
