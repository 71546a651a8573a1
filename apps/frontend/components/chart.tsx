"use client";

import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import { type Column, toColumns } from "@/lib/data/columns";
import type { LoadedSeries } from "@/lib/data/load-series";
import { type Period, type Span, spanOf } from "@/lib/data/periods";
import { chartOptions, type Line } from "./chart-options";
import { useSensorSettings } from "./sensor-settings-context";
import { useFeed, useUi } from "./ui-context";
import { useNow } from "./use-now";

interface ChartProps {
  readonly sensors: readonly string[];
  readonly series: LoadedSeries | undefined;
  readonly period: Period;
  /** The message of the drawing, for those who do not see it. */
  readonly label: string;
  readonly onZoom: (span: Span) => void;
}

export function Chart({ sensors, series, period, label, onZoom }: ChartProps) {
  const { of } = useSensorSettings();
  const offset = useFeed(({ clockOffsetMs }) => clockOffsetMs);
  const [hovered, setHovered] = useState<number | undefined>();
  const frame = useRef<HTMLDivElement>(null);
  const plot = usePlot(frame, sensors, setHovered, onZoom);
  const now = useNow();

  const columns = useMemo(() => {
    if (series === undefined) return undefined;
    const { from, to } = spanOf(period, 0);
    const lines = sensors.map((sensor) => ({
      buckets: series.bySensor.get(sensor) ?? new Map(),
      intervalSeconds: of(sensor).intervalSeconds,
    }));
    return toColumns(lines, series.stepSeconds, (to - from) / 1000);
  }, [series, sensors, period, of]);

  useEffect(() => {
    if (plot === undefined || columns === undefined || now === 0) return;
    plot.setData(columns as uPlot.AlignedData, false);
    // The right edge is the present, so a sensor that stopped is seen to drift away from it.
    const { from, to } = spanOf(period, now + offset);
    plot.setScale("x", { min: from / 1000, max: to / 1000 });
  }, [plot, columns, period, now, offset]);

  return (
    <>
      <div ref={frame} className="chart" role="img" aria-label={label} data-testid="chart" />
      {hovered !== undefined && columns !== undefined && (
        <Readout sensors={sensors} columns={columns} index={hovered} />
      )}
    </>
  );
}

interface ReadoutProps {
  readonly sensors: readonly string[];
  readonly columns: readonly [number[], ...Column[]];
  readonly index: number;
}

/** The values under the pointer. */
function Readout({ sensors, columns, index }: ReadoutProps) {
  const { format } = useUi();
  const { labelOf, quantityOf } = useSensorSettings();
  const seconds = columns[0][index];
  if (seconds === undefined) return null;
  const valuesOf = (line: number) => [1, 2, 3].map((column) => columns[3 * line + column]?.[index]);
  return (
    <p className="chart-readout" aria-hidden="true">
      {sensors.map((sensor, line) => {
        const [high, low, mean] = valuesOf(line);
        if (typeof high !== "number" || typeof low !== "number" || typeof mean !== "number") return null;
        return (
          <span key={sensor} className="block">
            {sensors.length > 1 && `${labelOf(sensor)} `}
            <b>{quantityOf(sensor, mean)}</b>
            {high > low && ` (${quantityOf(sensor, low)} – ${quantityOf(sensor, high)})`}
          </span>
        );
      })}
      {format.dateTime(seconds * 1000)}
    </p>
  );
}

/** One plot for the same sensors; drawn again when the colours of the device change. */
function usePlot(
  frame: React.RefObject<HTMLDivElement | null>,
  sensors: readonly string[],
  onHover: (index: number | undefined) => void,
  onZoom: (span: Span) => void,
): uPlot | undefined {
  const { format } = useUi();
  const { of } = useSensorSettings();
  const [plot, setPlot] = useState<uPlot>();
  const isDark = useIsDark();
  // The plot keeps its handlers, and the page makes new ones at each drawing.
  const zoom = useRef(onZoom);
  useEffect(() => {
    zoom.current = onZoom;
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: isDark is no input, but its change must redraw the canvas
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const lines = sensors.map((sensor): Line => ({ unit: of(sensor).unit }));
    const { low, high } = of(sensors[0] ?? "");
    const handlers = { onHover, onZoom: (span: Span) => zoom.current(span) };
    const options = chartOptions(element, format, lines, { low, high }, handlers);
    const created = new uPlot({ ...options, ...size() }, emptyData(sensors.length), element);
    setPlot(created);
    const observer = new ResizeObserver(() => created.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      created.destroy();
    };
  }, [frame, format, sensors, of, onHover, isDark]);

  return plot;
}

function emptyData(lines: number): uPlot.AlignedData {
  return [[], ...Array.from({ length: 3 * lines }, () => [])];
}

function useIsDark(): boolean {
  const [isDark, setIsDark] = useState(false);
  useEffect(() => {
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    const update = () => setIsDark(query.matches);
    update();
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  return isDark;
}
