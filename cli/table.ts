import Table from "cli-table3";
import pc from "picocolors";

const PLAIN = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/**
 * Aligned columns without lines; a column that is empty in every row is left out. Names that devices and clients chose stand in
 * cells, so control characters are shown and not sent to the terminal, which they could command.
 */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.map((_, index) => rows.some((row) => row[index] !== ""));
  const keep = (row: readonly string[]) => row.filter((_, index) => used[index]);
  const colors = pc.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);
  const table = new Table({
    head: keep(head).map((title) => colors.bold(title)),
    chars: PLAIN,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  table.push(...rows.map((row) => keep(row).map(shown)));
  // The last column is filled up to its longest entry, which a narrow terminal shows as empty lines.
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const shown = (cell: string): string =>
  cell.replace(/[^\P{Cc}\n]/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
