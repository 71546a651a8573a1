import type { Place } from "../document.ts";
import type { PolicyReport } from "../evaluate.ts";
import { byService, type Entry, type Section } from "./by-service.ts";
import { type Judgement, statusOf, stoppingIn } from "./judgement.ts";
import { type Paint, relaxations, renamings } from "./paragraphs.ts";
import { counted, summary } from "./summary.ts";

/** As many lines of evidence, or names of places, as anyone reads. */
const MOST = 6;

/** The report that people read: by service, the worst first, what it comes to in the last line. */
export function textReport(judgements: readonly Judgement[], paint: Paint, gone = 0): string {
  return [
    ...judgements.flatMap((judgement) => [...input(judgement, paint), ""]),
    summary(judgements, gone),
  ].join("\n");
}

/** One line for each finding, as compilers print them; nothing where there is none. */
export const quietReport = (judgements: readonly Judgement[]): string =>
  judgements
    .flatMap((judgement) =>
      stoppingIn(judgement).map(({ policy, finding }) => {
        const { path, evidence, severity } = finding;
        return `${told(judgement.placeOf(finding))}: ${severity} ${policy.id} ${path}: ${oneLine(evidence)}`;
      }),
    )
    .join("\n");

const oneLine = (text: string): string => text.replaceAll("\n", "\\n");

const told = ({ file, line }: Place): string => `${file}:${line}`;

function input(judgement: Judgement, paint: Paint): readonly string[] {
  const { file, environment, profile, reports, skipped } = judgement;
  const stated = environment === "local" ? `profile ${profile}, environment local` : `profile ${profile}`;
  const waived = reports.flatMap(({ waived }) => waived);
  const unsaid = reports.filter(
    (report) => statusOf(report) !== "violated" && report.notEnforceable.length > 0,
  );
  return [
    `${file} (${stated})`,
    ...byService(stoppingIn(judgement)).flatMap((section) => [
      "",
      ...sectionLines(section, judgement, paint),
    ]),
    ...spaced([
      ...waived.map(
        ({ policy, path, reason, expires }) => `waived until ${expires}: ${policy} at ${path}: ${reason}`,
      ),
      ...renamings(judgement),
      // Which environment a stack is for, only the kit's own say.
      ...(profile === "kit" ? relaxations(judgement) : []),
      ...(skipped.length === 0 ? [] : [`switched off: ${skipped.join(", ")}`]),
      ...(unsaid.length === 0
        ? []
        : [`not known from this input: ${families(unsaid)}; --format json says why`]),
    ]),
  ];
}

/** `MQT (20 rules)`, one after the other. */
function families(reports: readonly PolicyReport[]): string {
  const names = reports.map(({ policy }) => policy.id.replace(/-\d+$/, ""));
  const count = (name: string) => names.filter((other) => other === name).length;
  return [...new Set(names)].map((name) => `${name} (${counted(count(name), "rule")})`).join(", ");
}

const spaced = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ["", ...lines]);

function sectionLines({ name, entries }: Section, { placeOf }: Judgement, paint: Paint): readonly string[] {
  return [name ?? "in several places", ...entries.flatMap(entry)];

  function entry(found: Entry): readonly string[] {
    const { policy, severity, fix, evidence, places, byPlace, first } = found;
    const where = name === undefined ? `${places.length} places` : told(placeOf(first.finding));
    const isSame = evidence.length === 1;
    const lines = name === undefined && !isSame ? cut(byPlace) : cut(evidence);
    return [
      `  ${paint(severity, severity.padEnd(8))}  ${policy.id} ${policy.title} (${where})`,
      ...lines.map((text) => `            ${oneLine(text)}`),
      ...(name === undefined && isSame ? [`            in ${cut(places).join(", ")}`] : []),
      `            fix: ${fix}`,
    ];
  }
}

const cut = (texts: readonly string[]): readonly string[] =>
  texts.length <= MOST ? texts : [...texts.slice(0, MOST - 1), `and ${texts.length - MOST + 1} more`];
