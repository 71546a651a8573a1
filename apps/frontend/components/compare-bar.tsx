"use client";

import { sortedNames } from "@/lib/data/sensors";
import { fill } from "@/lib/text/texts";
import { useSensorSettings } from "./sensor-settings-context";
import { useFeed, useUi } from "./ui-context";
import { MOST_COMPARED } from "./use-selection";

interface CompareBarProps {
  /** The sensors in the chart; the first is not to be removed. */
  readonly sensors: readonly string[];
  readonly onOthers: (others: readonly string[]) => void;
}

/** Puts further sensors into the chart, and takes them out. */
export function CompareBar({ sensors, onOthers }: CompareBarProps) {
  const { texts, feed } = useUi();
  const { labelOf } = useSensorSettings();
  // Drawn again for a new sensor, not for each value.
  useFeed((state) => state.sensors.size);
  const others = sensors.slice(1);
  const rest = sortedNames(feed.getState().sensors).filter((name) => !sensors.includes(name));
  return (
    <div className="compare">
      {others.map((name) => (
        <button
          key={name}
          type="button"
          className="button"
          aria-label={fill(texts.chart.remove, { sensor: labelOf(name) })}
          onClick={() => onOthers(others.filter((other) => other !== name))}
        >
          {labelOf(name)} <span aria-hidden="true">×</span>
        </button>
      ))}
      {sensors.length < MOST_COMPARED && rest.length > 0 && (
        <select
          className="button"
          aria-label={texts.chart.compare}
          value=""
          onChange={(event) => onOthers([...others, event.target.value])}
        >
          <option value="">{texts.chart.compare}</option>
          {rest.map((name) => (
            <option key={name} value={name}>
              {labelOf(name)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
