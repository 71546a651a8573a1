import type { Diagram } from "./model.ts";
import { flowLines, groupsOf, nodeIds, serviceLines } from "./parts.ts";

/** A diagram as the text of a Mermaid flowchart, in colours that can be read on light and on dark pages. */
export function mermaidText(diagram: Diagram): string {
  const ids = nodeIds(diagram);
  const id = (name: string) => ids.get(name) as string;
  const jobs = diagram.services.filter(({ job }) => job).map(({ name }) => id(name));
  return [
    "flowchart LR",
    ...diagram.outside.map((name) => `  ${id(name)}(["${label([name])}"])`),
    ...groupsOf(diagram).flatMap(({ title, services }, index) => [
      `  subgraph g${index}["${label([title])}"]`,
      ...services.map((service) => `    ${id(service.name)}["${label(serviceLines(service))}"]`),
      "  end",
    ]),
    ...diagram.flows.map(
      (flow) =>
        `  ${id(flow.from)} ${arrow(flow.both, flow.listener !== undefined)}|"${label(flowLines(flow))}"| ${id(flow.to)}`,
    ),
    ...(jobs.length === 0 ? [] : ["  classDef job stroke-dasharray: 4 3", `  class ${jobs.join(",")} job`]),
    "",
  ].join("\n");
}

/** A published way is a thick line. */
const arrow = (both: boolean, published: boolean) => `${both ? "<" : ""}${published ? "==>" : "-->"}`;

const label = (lines: readonly string[]) => lines.map(escaped).join("<br/>");

/**
 * Text within quotes, with everything as an entity code (`#35;`) that Mermaid, its Markdown or HTML gives a meaning:
 * quotes, backticks, `<`, `&`, `%%{`, and the colon, which its rules for styles look for.
 */
const escaped = (text: string) =>
  text.replaceAll(/[^A-Za-z0-9 .,/+_()-]/gu, (character) => `#${character.codePointAt(0)};`);
