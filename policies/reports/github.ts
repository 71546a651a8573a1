import { type Judgement, stoppingIn } from "./judgement.ts";

/**
 * Findings that stop as workflow commands, which GitHub shows next to the lines of a pull request.
 *
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function githubReport(judgements: readonly Judgement[]): string {
  return judgements
    .flatMap((judgement) =>
      stoppingIn(judgement).map(({ policy, finding }) => {
        const { file, line } = judgement.placeOf(finding);
        const place = `file=${property(file)},line=${line},title=${property(`${policy.id} ${policy.title}`)}`;
        const said = `${finding.path}: ${finding.evidence}\nallowed: ${finding.allowed}\nfix: ${finding.fix}`;
        return `::error ${place}::${escaped(said)}`;
      }),
    )
    .join("\n");
}

const escaped = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const property = (text: string) => escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
