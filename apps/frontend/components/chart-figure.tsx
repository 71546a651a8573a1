"use client";

import { LARGEST_ANSWER } from "@/lib/data/api";
import { type Buckets, extremesOf } from "@/lib/data/buckets";
import { moved, PERIODS, type Period, type Span, scaled, spanOf } from "@/lib/data/periods";
import { fill } from "@/lib/text/texts";
import { Chart } from "./chart";
import { LoadNotice } from "./load-notice";
import { useSensorSettings } from "./sensor-settings-context";
import { useFeed, useUi } from "./ui-context";
import { useNow } from "./use-now";
import { type ShownSeries, useSeries } from "./use-series";

interface ChartFigureProps {
  readonly sensors: readonly string[];
  readonly sensorsKey: string;
  readonly period: Period;
  readonly zoom: (span: Span) => void;
  readonly zoomBack: () => void;
}

/** The chart of one period, with what it says in words and the way to a part of it. */
export function ChartFigure({ sensors, sensorsKey, period, zoom, zoomBack }: ChartFigureProps) {
  const { texts, format } = useUi();
  const { labelOf, quantityOf } = useSensorSettings();
  const series = useSeries(sensorsKey, period);
  const bucketsOf = (sensor: string): Buckets => series.data?.bySensor.get(sensor) ?? new Map();
  const lines = sensors.flatMap((sensor) => {
    const extremes = extremesOf(bucketsOf(sensor));
    if (extremes === undefined) return [];
    const [low, high] = [quantityOf(sensor, extremes.low), quantityOf(sensor, extremes.high)];
    return [{ sensor: labelOf(sensor), low, high }];
  });
  const label =
    lines.length === 0
      ? texts.chart.empty
      : fill(texts.chart.summary, { lines: lines.map((line) => fill(texts.chart.line, line)).join("; ") });
  return (
    <figure className="figure">
      <div className="chart-frame">
        <Chart sensors={sensors} series={series.data} period={period} label={label} onZoom={zoom} />
        <ChartMessage series={series} isEmpty={lines.length === 0} />
      </div>
      <figcaption className="quiet">
        <ul className="extremes">
          {lines.map(({ sensor, low, high }, index) => (
            <li key={sensor}>
              {sensors.length > 1 && <Swatch line={index} />}
              {sensors.length > 1 && <b>{sensor} </b>}
              <span>
                {texts.chart.low} <b>{low}</b>
              </span>{" "}
              <span>
                {texts.chart.high} <b>{high}</b>
              </span>
            </li>
          ))}
        </ul>
        {series.data !== undefined && (
          <span className="block">
            {series.data.isCutOff
              ? fill(texts.chart.cutOff, { count: LARGEST_ANSWER })
              : fill(texts.chart.buckets, { age: format.age(series.data.stepSeconds) })}
            {series.data.resolutionSeconds > 0 &&
              ` ${fill(texts.chart.sums, { age: format.age(series.data.resolutionSeconds) })}`}
          </span>
        )}
      </figcaption>
      <Tools sensors={sensors} period={period} zoom={zoom} zoomBack={zoomBack} />
    </figure>
  );
}

/** The line of a sensor as it is drawn. */
function Swatch({ line }: { line: number }) {
  return (
    <svg className="swatch" data-line={line + 1} viewBox="0 0 32 4" aria-hidden="true">
      <path d="M0 2h32" />
    </svg>
  );
}

function ChartMessage({ series, isEmpty }: { series: ShownSeries; isEmpty: boolean }) {
  const { texts } = useUi();
  const { status, retry } = series;
  if (status === "loaded") return isEmpty ? <p className="chart-message quiet">{texts.chart.empty}</p> : null;
  // A chart that is there already stays in sight while it is loaded again.
  if (status === "loading" && !isEmpty) return null;
  return (
    <div className="chart-message">
      <LoadNotice status={status} retry={retry} loading={texts.load.loading} failed={texts.chart.failed} />
    </div>
  );
}

type ToolsProps = Omit<ChartFigureProps, "sensorsKey">;

/** The same as with the pointer, for those who have a keyboard or a touch screen, and the way back. */
function Tools({ sensors, period, zoom, zoomBack }: ToolsProps) {
  const { texts, api } = useUi();
  const { labelOf } = useSensorSettings();
  const offset = useFeed(({ clockOffsetMs }) => clockOffsetMs);
  const now = useNow() + offset;
  const part = () => spanOf(period, now);
  // By the minute, so that the link does not change each second.
  const minute = Math.floor(now / 60_000) * 60_000;
  const shown = typeof period === "string" ? { from: minute - PERIODS[period] * 1000 } : period;
  const buttons = [
    { sign: "+", name: texts.chart.zoomIn, press: () => zoom(scaled(part(), 1 / 2)) },
    { sign: "−", name: texts.chart.zoomOut, press: () => zoom(scaled(part(), 2)) },
    { sign: "←", name: texts.chart.earlier, press: () => zoom(moved(part(), -1 / 2)) },
    { sign: "→", name: texts.chart.later, press: () => zoom(moved(part(), 1 / 2)) },
  ];
  return (
    <fieldset className="tools">
      <legend className="hidden">{texts.chart.tools}</legend>
      {buttons.map(({ sign, name, press }) => (
        <button
          key={name}
          type="button"
          className="button square"
          aria-label={name}
          title={name}
          onClick={press}
        >
          <span aria-hidden="true">{sign}</span>
        </button>
      ))}
      {typeof period !== "string" && (
        <button type="button" className="button" onClick={zoomBack}>
          {texts.chart.back}
        </button>
      )}
      <span className="csv-links">
        {now > 0 &&
          sensors.map((sensor) => (
            <a
              key={sensor}
              className="button link"
              href={api.csvAddress(sensor, shown)}
              download={`${sensor}.csv`}
              title={texts.chart.csvTitle}
            >
              {texts.chart.csv}
              {sensors.length > 1 && ` ${labelOf(sensor)}`}
            </a>
          ))}
      </span>
    </fieldset>
  );
}
