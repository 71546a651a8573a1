interface Colours {
  readonly text: string;
  readonly faint: string;
  readonly box: string;
  readonly open: string;
  readonly closed: string;
  readonly line: string;
  readonly published: string;
}

const LIGHT: Colours = {
  text: "#1f2328",
  faint: "#59636e",
  box: "#ffffff",
  open: "#eaf1fb",
  closed: "#eef6ec",
  line: "#59636e",
  published: "#0b57d0",
};

const DARK: Colours = {
  text: "#f0f3f6",
  faint: "#b1bac4",
  box: "#22272e",
  open: "#1b2a41",
  closed: "#1c3226",
  line: "#9ea7b3",
  published: "#79b8ff",
};

/** The colours over Graphviz's own black and white: rules of a style sheet win over attributes of SVG. */
const rules = ({ text, faint, box, open, closed, line, published }: Colours): string =>
  [
    `text{fill:${text};font-family:Helvetica,Arial,sans-serif}`,
    `.node path{fill:${box};stroke:${line}}`,
    ".outside path{fill:none;stroke-dasharray:none}",
    ".job path{stroke-dasharray:4 3}",
    `.cluster path{stroke:none}.cluster text{fill:${faint}}`,
    `.open path{fill:${open}}.closed path{fill:${closed}}`,
    `.edge path{stroke:${line}}.edge polygon{stroke:${line};fill:${line}}.edge text{fill:${faint}}`,
    `.published path{stroke:${published};stroke-width:2}.published polygon{stroke:${published};fill:${published}}`,
    `.published text{fill:${published}}`,
  ].join("");

export const THEME = `${rules(LIGHT)}@media (prefers-color-scheme:dark){${rules(DARK)}}`;
