/** @typedef {import("./result.js").Result} Result */

/** The content of a results file: a result and where it came from. */
/** @typedef {Result & { name: string, title: string, load: { before: number, after: number } }} Recorded */

/** @param {Recorded} recorded */
export function terminalTable({ title, unit, figures, ratios, target, load }) {
  const rows = [
    ["", "min", "median", "max", "runs", ""],
    ...Object.entries(figures).flatMap(
      ([name, { min, median, max, samples, details = {}, unit: own = unit }]) => [
        [name, amount(min, own), amount(median, own), amount(max, own), String(samples.length), ""],
        ...Object.entries(details).map(([what, detail]) => [
          `  ${words(what)}`,
          ...[detail.min, detail.median, detail.max].map((value) => amount(value, own)),
          "",
          "",
        ]),
      ],
    ),
  ];
  return [
    title,
    ...aligned(rows).map((line) => `  ${line}`),
    ...Object.entries(ratios).map(([pair, ratio]) => `  ${pair} = ${ratio.toFixed(2)}`),
    `  target ${target.met ? "met" : "missed"}: ${shown(target)}; ${target.says}`,
    `  load on the machine: ${load.before} before, ${load.after} after`,
  ].join("\n");
}

/** @param {readonly Recorded[]} results */
export function markdownTable(results) {
  const rows = results.flatMap(({ name, unit, figures, target, load }) =>
    Object.entries(figures).map(([contestant, { min, median, max, samples, unit: own = unit }], index) =>
      [
        index === 0 ? `\`${name}\`` : "",
        contestant,
        `${amount(median, own)} (${amount(min, own)} to ${amount(max, own)})`,
        String(samples.length),
        index === 0 ? target.says : "",
        index === 0 ? `${shown(target)}, ${target.met ? "met" : "**missed**"}` : "",
        index === 0 ? String(load.before) : "",
      ].join(" | "),
    ),
  );
  const head = ["measurement", "of", "median (min to max)", "runs", "target", "outcome", "load"];
  return [head.join(" | "), head.map(() => "---").join(" | "), ...rows].map((row) => `| ${row} |`).join("\n");
}

/** @param {Result["target"]} target */
const shown = ({ measured, unit }) => (unit === "×" ? `${measured.toFixed(2)} ×` : amount(measured, unit));

/**
 * @param {number} value
 * @param {string} unit
 */
const amount = (value, unit) => `${value.toFixed(unit === "%" ? 1 : 0)} ${unit}`;

/** `untilFirstContainer` as people write it. */
const words = (/** @type {string} */ key) => key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** @param {readonly (readonly string[])[]} rows */
function aligned(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}
