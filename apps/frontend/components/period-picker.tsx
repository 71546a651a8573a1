"use client";

import { useState } from "react";
import { isShowable, PERIOD_NAMES, type Period, spanOf } from "@/lib/data/periods";
import { useUi } from "./ui-context";

interface PeriodPickerProps {
  readonly period: Period;
  readonly onPeriod: (period: Period) => void;
}

export function PeriodPicker({ period, onPeriod }: PeriodPickerProps) {
  const { texts } = useUi();
  return (
    <fieldset className="ranges">
      <legend className="hidden">{texts.chart.range}</legend>
      {PERIOD_NAMES.map((name) => (
        <label key={name} className="range">
          <input type="radio" name="range" checked={name === period} onChange={() => onPeriod(name)} />
          <span>{texts.chart[name]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Two times of this device's zone. */
export function OwnPeriod({ period, onPeriod }: PeriodPickerProps) {
  const { texts } = useUi();
  const [typed, setTyped] = useState<{ from: string; to: string }>();
  const [isWrong, setIsWrong] = useState(false);
  const shown = spanOf(period, Date.now());
  const values = typed ?? { from: localTime(shown.from), to: localTime(shown.to) };
  const show = () => {
    const span = { from: Date.parse(values.from), to: Date.parse(values.to) };
    setIsWrong(!isShowable(span));
    if (isShowable(span)) onPeriod(span);
  };
  return (
    <details className="own-period">
      <summary>{texts.chart.own}</summary>
      <div className="own-fields">
        {(["from", "to"] as const).map((end) => (
          <label key={end}>
            <span className="own-label">{texts.chart[end]}</span>
            <input
              type="datetime-local"
              className="input"
              step="1"
              value={values[end]}
              aria-invalid={isWrong}
              onChange={(event) => setTyped({ ...values, [end]: event.target.value })}
            />
          </label>
        ))}
        <button type="button" className="button" onClick={show}>
          {texts.chart.show}
        </button>
        <p role="status" className="field-error">
          {isWrong ? texts.chart.wrongSpan : ""}
        </p>
      </div>
    </details>
  );
}

/** As an input of this kind wants it: without a zone, by this device's clock. */
function localTime(at: number): string {
  const offset = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - offset).toISOString().slice(0, 19);
}
