import type uPlot from "uplot";
import type { RangeName } from "@/lib/data/ranges";
import type { Point } from "@/lib/data/series";
import type { Format } from "@/lib/text/format";

/** Options without a size. Colours come from the style sheet: a canvas does not inherit them. */
export function chartOptions(
  element: Element,
  format: Format,
  range: RangeName,
  onHover: (point: Point | undefined) => void,
): Omit<uPlot.Options, "width" | "height"> {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const accent = colour("--accent");
  const axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  return {
    padding: [12, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { x: { time: true, auto: false }, y: { range: { min: soft(), max: soft() } } },
    axes: [
      {
        ...axis,
        space: 70,
        size: 30,
        values: (_plot, splits) => splits.map((split) => timeLabel(split, format, range)),
      },
      { ...axis, size: 56, values: (_plot, splits) => splits.map((split) => format.number(split)) },
    ],
    series: [
      {},
      { stroke: accent, fill: colour("--accent-soft"), width: 2, spanGaps: false, points: { fill: accent } },
    ],
    hooks: { setCursor: [(plot) => onHover(pointAt(plot))] },
  };
}

/** A tenth of free space above and below, so that the line never runs along the frame. */
function soft(): uPlot.Range.Limit {
  return { pad: 0.1, mode: 0 };
}

function timeLabel(seconds: number, format: Format, range: RangeName): string {
  const isMidnight = new Date(seconds * 1000).getHours() === 0;
  const showsDay = range === "week" || (range === "day" && isMidnight);
  return showsDay ? format.day(seconds * 1000) : format.timeShort(seconds * 1000);
}

function pointAt(plot: uPlot): Point | undefined {
  const index = plot.cursor.idx;
  if (index === null || index === undefined) return undefined;
  const [at, value] = [plot.data[0][index], plot.data[1]?.[index]];
  return at === undefined || value === null || value === undefined ? undefined : { at: at * 1000, value };
}
