"use client";

import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { RANGES, type RangeName } from "@/lib/data/ranges";
import { type Point, shortestGapMs, toColumns } from "@/lib/data/series";
import { chartOptions } from "./chart-options";
import { useFeedState, useNow, useUi } from "./ui-context";
import type { Series } from "./use-series";

interface ChartProps {
  readonly series: Series;
  readonly range: RangeName;
  /** What the drawing says, for those who do not see it. */
  readonly label: string;
}

export function Chart({ series, range, label }: ChartProps) {
  const { format } = useUi();
  const { clockOffsetMs } = useFeedState();
  const [hovered, setHovered] = useState<Point | undefined>();
  const frame = useRef<HTMLDivElement>(null);
  const plot = usePlot(frame, range, setHovered);
  const now = useNow();

  useEffect(() => {
    if (plot === undefined || now === 0) return;
    const { seconds, sampleSeconds } = RANGES[range];
    const gap = shortestGapMs(seconds, series.isSampled ? sampleSeconds : undefined);
    plot.setData(toColumns(series.points, gap), false);
    // The right edge is the present, so a sensor that stopped is seen to drift away from it.
    const right = Math.max(now + clockOffsetMs, series.points.at(-1)?.at ?? 0) / 1000;
    plot.setScale("x", { min: right - seconds, max: right });
  }, [plot, series, range, now, clockOffsetMs]);

  return (
    <>
      <div ref={frame} className="chart" role="img" aria-label={label} data-testid="chart" />
      {hovered !== undefined && (
        <p className="chart-readout" aria-hidden="true">
          <b>{format.number(hovered.value)}</b> {format.dateTime(hovered.at)}
        </p>
      )}
    </>
  );
}

/** One plot for the life of the component; drawn again when the colours of the device change. */
function usePlot(
  frame: React.RefObject<HTMLDivElement | null>,
  range: RangeName,
  onHover: (point: Point | undefined) => void,
): uPlot | undefined {
  const { format } = useUi();
  const [plot, setPlot] = useState<uPlot>();
  const isDark = useIsDark();

  // biome-ignore lint/correctness/useExhaustiveDependencies: isDark is no input, but its change must redraw the canvas
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const created = new uPlot(
      { ...chartOptions(element, format, range, onHover), ...size() },
      [[], []],
      element,
    );
    setPlot(created);
    const observer = new ResizeObserver(() => created.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      created.destroy();
    };
  }, [frame, format, range, onHover, isDark]);

  return plot;
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
