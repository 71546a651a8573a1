import uPlot from "uplot";
import { axisRange, type Limits } from "@/lib/data/axis";
import type { Span } from "@/lib/data/periods";
import type { Format } from "@/lib/text/format";

/** A sensor in the chart. */
export interface Line {
  readonly unit: string | undefined;
}

export interface ChartHandlers {
  /** Index of the column under the pointer. */
  readonly onHover: (index: number | undefined) => void;
  readonly onZoom: (span: Span) => void;
}

/** Dashes as well as colours tell lines apart. */
const DASHES = [[], [8, 4], [2, 3], [12, 4, 2, 4]];
const SHORTEST_DRAG = 8;

/** Options without a size. Colours come from the style sheet: a canvas does not inherit them. */
export function chartOptions(
  element: Element,
  format: Format,
  lines: readonly Line[],
  limits: Limits,
  { onHover, onZoom }: ChartHandlers,
): Omit<uPlot.Options, "width" | "height"> {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour("--muted"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  };
  const scales = [...new Set(lines.map(scaleOf))];
  const yAxis = (scale: string, isFirst: boolean): uPlot.Axis => ({
    ...axis,
    scale,
    size: 56,
    side: isFirst ? 3 : 1,
    grid: { ...axis.grid, show: isFirst },
    values: (_plot, splits) => splits.map((split) => format.number(split)),
  });
  return {
    // Half of the last label of time lies to the right of its line.
    padding: [12, scales.length > 1 ? 0 : 28, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      // A double click would show all there is, and leave what was asked for.
      bind: { dblclick: () => null },
    },
    scales: {
      x: { time: true, auto: false },
      ...Object.fromEntries(
        scales.map((scale, index) => [scale, { range: rangeWith(index === 0 ? limits : undefined) }]),
      ),
    },
    axes: [
      {
        ...axis,
        space: 76,
        size: 30,
        values: (_plot, splits, _axis, _space, step) =>
          splits.map((split) => format.tick(split * 1000, step)),
      },
      // More than two scales have no room: the values of the others are in the legend.
      ...scales.slice(0, 2).map((scale, index) => yAxis(scale, index === 0)),
    ],
    series: [{}, ...lines.flatMap((line, index) => seriesOf(line, index, colour))],
    bands: lines.map((_line, index) => ({
      series: [3 * index + 1, 3 * index + 2],
      fill: colour(`--line-${index + 1}-soft`),
    })),
    hooks: {
      setCursor: [(plot) => onHover(plot.cursor.idx ?? undefined)],
      setSelect: [(plot) => zoomTo(plot, onZoom)],
      draw: [(plot) => drawLimits(plot, scales[0] ?? "y", limits, colour("--bad"), colour("--low"))],
    },
  };
}

/** Sensors of one unit share a scale, so that they can be compared. */
function scaleOf({ unit }: Line): string {
  return `y ${unit ?? ""}`;
}

function seriesOf(line: Line, index: number, colour: (name: string) => string): uPlot.Series[] {
  const stroke = colour(`--line-${index + 1}`);
  const edge = { scale: scaleOf(line), width: 0, points: { show: false }, spanGaps: false };
  return [
    edge,
    edge,
    { ...edge, stroke, width: 2, dash: DASHES[index] ?? [], points: { size: 5, fill: stroke } },
  ];
}

/** The limits of the first sensor belong to the first scale. */
function rangeWith(limits: Limits | undefined): uPlot.Range.Function {
  return (_plot, low, high) => axisRange(low, high, limits);
}

function zoomTo(plot: uPlot, onZoom: (span: Span) => void): void {
  const { left, width } = plot.select;
  if (width === 0) return;
  const at = (x: number) => Math.round(plot.posToVal(x, "x") * 1000);
  const span = { from: at(left), to: at(left + width) };
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (width >= SHORTEST_DRAG) onZoom(span);
}

function drawLimits(plot: uPlot, scale: string, limits: Limits, high: string, low: string): void {
  const { ctx, bbox } = plot;
  const across = (value: number | undefined, stroke: string) => {
    const { min, max } = plot.scales[scale] ?? {};
    if (value === undefined || min === undefined || max === undefined || value < min || value > max) return;
    const y = plot.valToPos(value, scale, true);
    ctx.strokeStyle = stroke;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  };
  ctx.save();
  ctx.lineWidth = 1.5 * uPlot.pxRatio;
  ctx.setLineDash([6 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
  across(limits.high, high);
  across(limits.low, low);
  ctx.restore();
}
