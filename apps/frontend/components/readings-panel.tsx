"use client";

import { useMemo } from "react";
import type { Span } from "@/lib/data/periods";
import { fill } from "@/lib/text/texts";
import { ChartFigure } from "./chart-figure";
import { CompareBar } from "./compare-bar";
import { OwnPeriod, PeriodPicker } from "./period-picker";
import { useSensorSettings } from "./sensor-settings-context";
import { useUi } from "./ui-context";
import type { Selection } from "./use-selection";
import { useSensor } from "./use-sensor";

export interface ReadingsPanelProps {
  readonly selection: Selection & { readonly sensor: string };
  readonly select: (change: Partial<Selection>) => void;
  readonly zoom: (span: Span) => void;
  readonly zoomBack: () => void;
}

export function ReadingsPanel({ selection, select, zoom, zoomBack }: ReadingsPanelProps) {
  const { sensor, others, period } = selection;
  const key = JSON.stringify([sensor, ...others]);
  const sensors = useMemo(() => JSON.parse(key) as string[], [key]);
  const periodKey = typeof period === "string" ? period : `${period.from} ${period.to}`;
  return (
    <section className="panel" aria-labelledby="sensor-heading">
      <div className="readings-head">
        <Headline sensor={sensor} />
        <PeriodPicker period={period} onPeriod={(chosen) => select({ period: chosen })} />
      </div>
      <ChartFigure
        key={periodKey}
        sensors={sensors}
        sensorsKey={key}
        period={period}
        zoom={zoom}
        zoomBack={zoomBack}
      />
      <div className="readings-foot">
        <CompareBar sensors={sensors} onOthers={(chosen) => select({ others: chosen })} />
        <OwnPeriod
          key={`own ${periodKey}`}
          period={period}
          onPeriod={(chosen) => select({ period: chosen })}
        />
      </div>
    </section>
  );
}

function Headline({ sensor }: { sensor: string }) {
  const { texts, format } = useUi();
  const { of, labelOf, quantityOf } = useSensorSettings();
  const { value, at, age, status } = useSensor(sensor);
  const { unit, decimals, low, high, intervalSeconds } = of(sensor);
  const limit = status === "high" ? high : status === "low" ? low : undefined;
  return (
    <div className="headline">
      <h2 id="sensor-heading">{labelOf(sensor)}</h2>
      <p className="big-value" data-status={status}>
        <span className="hidden">{texts.lastValue} </span>
        {value === undefined ? "–" : format.number(value, decimals)}
        {value !== undefined && unit !== undefined && <span className="big-unit"> {unit}</span>}
      </p>
      <p className="quiet facts">
        {at !== undefined && <span>{format.dateTime(at)}</span>}
        <Limits low={low} high={high} sensor={sensor} />
        {intervalSeconds !== undefined && (
          <span>{fill(texts.interval, { age: format.age(intervalSeconds) })}</span>
        )}
      </p>
      {status === "silent" && <p className="silent">{fill(texts.silentDetail, { age: format.age(age) })}</p>}
      {limit !== undefined && (
        <p className="beyond" data-status={status}>
          {fill(status === "high" ? texts.highDetail : texts.lowDetail, { limit: quantityOf(sensor, limit) })}
        </p>
      )}
    </div>
  );
}

function Limits({
  sensor,
  low,
  high,
}: {
  sensor: string;
  low: number | undefined;
  high: number | undefined;
}) {
  const { texts } = useUi();
  const { quantityOf } = useSensorSettings();
  if (low === undefined && high === undefined) return null;
  const shown = (limit: number | undefined) => (limit === undefined ? "–" : quantityOf(sensor, limit));
  return <span>{fill(texts.limits, { low: shown(low), high: shown(high) })}</span>;
}
