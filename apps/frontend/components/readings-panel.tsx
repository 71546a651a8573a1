"use client";

import { RANGE_NAMES, RANGES, type RangeName } from "@/lib/data/ranges";
import { summarise } from "@/lib/data/series";
import { fill } from "@/lib/text/texts";
import { Chart } from "./chart";
import { useSensor } from "./sensor-row";
import { useUi } from "./ui-context";
import { type Series, useSeries } from "./use-series";

interface ReadingsPanelProps {
  readonly sensor: string;
  readonly range: RangeName;
  readonly onRange: (range: RangeName) => void;
}

export function ReadingsPanel({ sensor, range, onRange }: ReadingsPanelProps) {
  return (
    <section className="panel" aria-labelledby="sensor-heading">
      <div className="readings-head">
        <Headline sensor={sensor} />
        <RangePicker range={range} onRange={onRange} />
      </div>
      <ChartFigure key={range} sensor={sensor} range={range} />
    </section>
  );
}

function Headline({ sensor }: { sensor: string }) {
  const { texts, format } = useUi();
  const { value, at, age, status } = useSensor(sensor);
  return (
    <div>
      <h2 id="sensor-heading">{sensor}</h2>
      <p className="big-value" data-status={status}>
        <span className="hidden">{texts.lastValue} </span>
        {value === undefined ? "–" : format.number(value)}
      </p>
      <p className="quiet">{at === undefined ? "" : format.dateTime(at)}</p>
      {status === "silent" && <p className="silent">{fill(texts.silentDetail, { age: format.age(age) })}</p>}
    </div>
  );
}

function RangePicker({ range, onRange }: { range: RangeName; onRange: (range: RangeName) => void }) {
  const { texts } = useUi();
  return (
    <fieldset className="ranges">
      <legend className="hidden">{texts.chart.range}</legend>
      {RANGE_NAMES.map((name) => (
        <label key={name} className="range">
          <input type="radio" name="range" checked={name === range} onChange={() => onRange(name)} />
          <span>{texts.chart[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function ChartFigure({ sensor, range }: { sensor: string; range: RangeName }) {
  const { texts, format } = useUi();
  const series = useSeries(sensor, range);
  const summary = summarise(series.points);
  const label =
    summary === undefined
      ? texts.chart.empty
      : fill(texts.chart.summary, {
          sensor,
          low: format.number(summary.low),
          high: format.number(summary.high),
        });
  return (
    <figure className="figure">
      <div className="chart-frame">
        <Chart series={series} range={range} label={label} />
        <ChartMessage series={series} />
      </div>
      <figcaption className="quiet">
        {summary !== undefined && (
          <span className="extremes">
            <span>
              {texts.chart.low} <b>{format.number(summary.low)}</b>
            </span>
            <span>
              {texts.chart.high} <b>{format.number(summary.high)}</b>
            </span>
          </span>
        )}
        {series.isSampled && (
          <span className="block">
            {fill(texts.chart.sampled, { minutes: format.number(RANGES[range].sampleSeconds / 60) })}
          </span>
        )}
      </figcaption>
    </figure>
  );
}

function ChartMessage({ series }: { series: Series }) {
  const { texts } = useUi();
  if (series.status === "failed") return <p className="chart-message">{texts.chart.failed}</p>;
  if (series.points.length > 0) return null;
  const text = series.status === "loading" ? texts.chart.loading : texts.chart.empty;
  return <p className="chart-message">{text}</p>;
}
