"use client";

import { memo } from "react";
import { type Sparkline, sparkPath, stepsBridged } from "@/lib/data/overview";
import { fill } from "@/lib/text/texts";
import { useSensorSettings } from "./sensor-settings-context";
import { useUi } from "./ui-context";
import { useSensor } from "./use-sensor";

interface SensorTileProps {
  readonly name: string;
  readonly points: Sparkline | undefined;
  readonly isSelected: boolean;
  readonly onSelect: (sensor: string) => void;
}

/** One sensor: name, value, the last hour as a line, state and age. */
export const SensorTile = memo(function SensorTile({ name, points, isSelected, onSelect }: SensorTileProps) {
  const { texts, format } = useUi();
  const { of, labelOf } = useSensorSettings();
  const { value, age, status } = useSensor(name);
  if (value === undefined) return null;
  const { unit, decimals, intervalSeconds } = of(name);
  return (
    <li>
      <button
        type="button"
        className="sensor"
        data-status={status}
        aria-current={isSelected ? "true" : undefined}
        title={name}
        onClick={() => onSelect(name)}
      >
        <span className="sensor-name">{labelOf(name)}</span>
        <span className="sensor-value">
          <span data-testid={`latest-${name}`} data-value={value}>
            {format.number(value, decimals)}
          </span>
          {unit !== undefined && <span className="unit"> {unit}</span>}
        </span>
        <Spark points={points} intervalSeconds={intervalSeconds} />
        <span className="sensor-status">
          <span className="dot" aria-hidden="true" />
          {texts.status[status]}
        </span>
        <span className="sensor-age">
          {age < 1 ? texts.justNow : fill(texts.ago, { age: format.age(age) })}
        </span>
      </button>
    </li>
  );
});

const [WIDTH, HEIGHT] = [100, 24];

interface SparkProps {
  readonly points: Sparkline | undefined;
  readonly intervalSeconds: number | undefined;
}

const Spark = memo(function Spark({ points, intervalSeconds }: SparkProps) {
  return (
    <svg
      className="spark"
      viewBox={`-1 -2 ${WIDTH + 2} ${HEIGHT + 4}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {points !== undefined && (
        <path
          d={sparkPath(points, WIDTH, HEIGHT, stepsBridged(points, intervalSeconds))}
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
});
