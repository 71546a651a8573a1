import { checkIn } from "../../core/probe-command.ts";

/** Programs that succeed no matter what the service does. */
const SAYS_YES = /^(\S*\/)?(true|:|echo|printf|sleep|date|exit(?=\s*$|\s+0\b))(\s|$)/;

/** Operators of a shell between commands; what stands in quotes or parentheses is one word. */
const TOKENS =
  /"(?:\\.|[^"\\])*"|'[^']*'|\$?\((?:[^()]|\([^()]*\))*\)|\|\||&&|[|;&\n]|\\.|[^"'()|;&\n\\]+|[()]/g;
const OPERATOR = /^(\|\||&&|[|;&\n])$/;

/** Commands of a line and the operator before each; the first has none. */
function commandsIn(line: string): readonly { readonly operator: string; readonly text: string }[] {
  const found = [{ operator: "", text: "" }];
  for (const token of line.match(TOKENS) ?? []) {
    const last = found.at(-1);
    if (OPERATOR.test(token)) found.push({ operator: token, text: "" });
    else if (last !== undefined) last.text += token;
  }
  return found.filter(({ text, operator }) => text.trim() !== "" || operator === "");
}

/**
 * Whether a line that a shell runs can end in an error, by its last commands: of a pipe the last one decides, of `a; b`
 * the last, of `a && b` either, of `a || b` both.
 */
export function canFail(line: string): boolean {
  let result = true;
  let left: boolean | undefined;
  let joined = "";
  for (const { operator, text } of commandsIn(line)) {
    const own = !SAYS_YES.test(text.trim());
    if (operator === "|") result = own;
    else if (operator === "&&" || operator === "||") {
      left = combined(joined, left, result);
      joined = operator;
      result = own;
    } else {
      left = undefined;
      joined = "";
      result = own;
    }
  }
  return combined(joined, left, result);
}

function combined(operator: string, left: boolean | undefined, right: boolean): boolean {
  if (left === undefined) return right;
  return operator === "&&" ? left || right : left && right;
}

/** The same of a healthcheck's test: a line for a shell, or a program with its arguments. */
export function probeCanFail(test: readonly string[]): boolean {
  const [kind, ...words] = checkIn(test);
  const shell = words.findIndex((word) => /^(-\w*c)$/.test(word));
  if (kind === "CMD" && /(^|\/)(ba|da|a)?sh$/.test(words[0] ?? "") && shell > 0)
    return canFail(words[shell + 1] ?? "");
  return kind === "CMD" ? !SAYS_YES.test(words.join(" ").trim()) : canFail(words.join(" "));
}
