import type { Graph } from "@viz-js/viz";
import type { Diagram } from "./model.ts";
import { flowLines, groupsOf, nodeIds, serviceLines } from "./parts.ts";
import { THEME } from "./theme.ts";

/** For those who do not see it, on the picture and in the runbook. */
export const TITLE = "Services, networks, ports and the ways of data";

/** A diagram as an SVG picture that follows the reader's light or dark theme; it loads nothing and runs nothing. */
export async function svgText(diagram: Diagram): Promise<string> {
  // Graphviz is 1.2 MB of WebAssembly: only who wants a picture loads it.
  const { instance } = await import("@viz-js/viz");
  const viz = await instance();
  const svg = viz.renderString(graphOf(diagram), { format: "svg" });
  return svg.replace(/<svg [^>]*>/, (tag) => `${tag}\n<title>${TITLE}</title>\n<style>${THEME}</style>`);
}

/** Graphviz knows the widths of its letters. */
const FONT = "Helvetica";

function graphOf(diagram: Diagram): Graph {
  const ids = nodeIds(diagram);
  const id = (name: string) => ids.get(name) as string;
  const jobs = new Set(diagram.services.filter(({ job }) => job).map(({ name }) => name));
  return {
    name: "diagram",
    directed: true,
    graphAttributes: {
      ...{ rankdir: "LR", bgcolor: "transparent", fontname: FONT, fontsize: 12, labeljust: "l" },
      ...{ nodesep: 0.35, ranksep: 0.9 },
    },
    nodeAttributes: {
      shape: "box",
      style: "rounded,filled",
      fontname: FONT,
      fontsize: 14,
      margin: "0.18,0.09",
    },
    edgeAttributes: { fontname: FONT, fontsize: 11, arrowsize: 0.7 },
    nodes: diagram.outside.map((name) => ({
      name: id(name),
      attributes: { label: label([name]), class: "outside" },
    })),
    subgraphs: groupsOf(diagram).map(({ title, closed, services }, index) => ({
      name: `cluster${index}`,
      graphAttributes: {
        label: label([title]),
        class: closed ? "closed" : "open",
        style: "rounded,filled",
        margin: 14,
      },
      nodes: services.map((service) => ({
        name: id(service.name),
        attributes: { label: label(serviceLines(service)), class: service.job ? "job" : "service" },
      })),
    })),
    edges: diagram.flows.map((flow) => ({
      tail: id(flow.from),
      head: id(flow.to),
      attributes: {
        label: label(flowLines(flow)),
        dir: flow.both ? "both" : "forward",
        // Else a job, which few have to do with, would push a store away from all others.
        constraint: !jobs.has(flow.from),
        class: flow.listener === undefined ? "inner" : "published",
      },
    })),
  };
}

/** Graphviz reads escape sequences (`\N`) and entities (`&amp;`) in a label, and writes what is left as text of XML. */
const label = (lines: readonly string[]) =>
  lines.map((line) => withoutControls(line).replaceAll("\\", "\\\\").replaceAll("&", "&amp;")).join("\n");

/** Characters that XML 1.0 has no place for. */
const withoutControls = (text: string) => text.replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "�");
