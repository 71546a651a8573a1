import type { UserError } from "../../core/errors.ts";
import { type Judgement, stoppingIn } from "./judgement.ts";

/**
 * Findings that stop, and what could not be read, as workflow commands, which GitHub shows next to the lines of a pull request.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function githubReport(judgements: readonly Judgement[], refused: readonly UserError[] = []): string {
  const found = judgements.flatMap((judgement) =>
    stoppingIn(judgement).map(({ policy, finding }) => {
      const { file, line } = judgement.placeOf(finding);
      const place = `file=${property(file)},line=${line},title=${property(`${policy.id} ${policy.title}`)}`;
      const said = `${finding.path}: ${finding.evidence}\nallowed: ${finding.allowed}\nfix: ${finding.fix}`;
      return `::error ${place}::${escaped(said)}`;
    }),
  );
  const unread = refused.map((error) => `::error title=cannot be judged::${escaped(error.render())}`);
  return [...found, ...unread].join("\n");
}

const escaped = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string) => escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
