/** A string or a comment of JavaScript, each as a whole: either may hold what looks like the other. */
const STRING_OR_COMMENT =
  /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * The names that a settings.js of Node-RED gives something to, each with the first word of that: `{`, `false`, `"`. The
 * file is a program, so more cannot be read; in its own example most names stand in comments.
 */
export function parseNodeRedSettings(text: string): ReadonlyMap<string, string> {
  const code = text.replaceAll(STRING_OR_COMMENT, (found) => (found.startsWith("/") ? " " : '""'));
  const given = code.matchAll(/(?:^|[\s{,.])([A-Za-z_]\w*)\s*[:=](?!=)\s*([\w.]+|.)/g);
  return new Map([...given].map(([, name = "", first = ""]) => [name, first]));
}
